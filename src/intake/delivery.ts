// The record of one delivery: what came, what became of it, and enough to play it again. Headers that prove who somebody
// is are never in it.
import type { Alert } from '../guard/protocol.ts'
import type { JournalRecord } from '../journal/journal.ts'
import type { Json } from '../plan/json.ts'
import type { SenderName } from './intake-settings.ts'
import type { Poison } from './sender.ts'

/** The only headers that are kept. */
export const KEPT_HEADERS = [
  'content-type',
  'content-length',
  'user-agent',
  'x-request-id',
  'x-forwarded-for',
  'x-phix-delivery',
] as const
const LONGEST_HEADER = 200
const LARGEST_POISON = 16_384

/** How the alerts of one cluster were made durable. */
export type Handed = 'signalled' | 'spooled' | 'known'

export interface Delivery {
  readonly id: string
  /** `person`: `phix alert send`. */
  readonly sender: SenderName | 'person'
  readonly at: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: number
  readonly alerts: readonly Alert[]
  /** By cluster. */
  readonly handed: Readonly<Record<string, Handed>>
  readonly quarantined: readonly { readonly index: number; readonly why: string; readonly body: string }[]
  /** Alerts that the sender left out and nobody could read back. */
  readonly lost: number
  /** Why nothing of it could be read; null where it could. */
  readonly refused: string | null
}

/** Everything that is not of one cluster. */
export const NO_CLUSTER = '-'

export const deliveryRecord = (delivery: Delivery): JournalRecord => ({
  ...{ id: delivery.id, kind: 'delivery', at: delivery.at, cluster: NO_CLUSTER, target: null, workflowId: null },
  body: delivery as unknown as Json,
})

/** Reads a delivery out of its record; null where it holds none. */
export function deliveryFrom({ body }: Pick<JournalRecord, 'body'>): Delivery | null {
  const delivery = body as unknown as Partial<Delivery> | null
  return Array.isArray(delivery?.alerts) && typeof delivery.id === 'string' ? (delivery as Delivery) : null
}

export const keptHeaders = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value.slice(0, LONGEST_HEADER)]]
    }),
  )

export const quarantine = (poison: readonly Poison[]): Delivery['quarantined'] =>
  poison.map(({ index, why, body }) => ({ index, why, body: JSON.stringify(body).slice(0, LARGEST_POISON) }))
