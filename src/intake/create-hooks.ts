// The hooks: POST /hooks/<sender>. A delivery is acknowledged with 202 only when it is durable; 503 asks for it again, and
// 4xx is only for what can never succeed. Never a redirect (its POST becomes a GET, and the alert is lost), never 429
// (Alertmanager would not try again). Read next: sender.ts, hand-over.ts.
import { randomUUID } from 'node:crypto'
import type { Inventory } from '../inventory/inventory.ts'
import type { Journal } from '../journal/journal.ts'
import type { Json } from '../plan/json.ts'
import { deliverAlerts } from './deliver-alerts.ts'
import { keptHeaders, type Delivery } from './delivery.ts'
import type { HandOver } from './hand-over.ts'
import type { IntakeSettings, SenderName, SenderSettings } from './intake-settings.ts'
import { parseJson, readBody, TooSlow } from './read-body.ts'
import { readBack } from './read-back.ts'
import { BodyError, type Reading, type Sender } from './sender.ts'
import { SENDER_OF } from './senders.ts'

export interface Hooks {
  /** Is this, to the letter, the path of a hook that is open for business? */
  handles(path: string): boolean
  answer(request: Request): Promise<Response>
}

export interface HooksDeps {
  readonly settings: IntakeSettings
  readonly inventory: () => Inventory
  readonly journal: Journal
  readonly handOver: HandOver
  readonly now: () => number
  readonly counts: DeliveryCounts
  readonly log: { error(detail: object, message: string): void }
}

/** What is counted: closed words only. */
export interface DeliveryCounts {
  delivered(sender: SenderName, outcome: DeliveryOutcome): void
  alerts(sender: SenderName, result: 'accepted' | 'quarantined' | 'lost', count: number): void
}
export const DELIVERY_OUTCOMES = ['signalled', 'spooled', 'known', 'refused', 'unauthorized', 'unavailable'] as const
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number]

/** All bodies that are being read, together; beyond it a sender is asked to come again. */
const MOST_BYTES_AT_ONCE = 64 * 1024 * 1024
const MOST_AT_ONCE = 512
const PREFIX = '/hooks/'

/** Somebody has to come again later. */
class Busy extends Error {
  override readonly name = 'Busy'
}
class Stranger extends Error {
  override readonly name = 'Stranger'
}

export function createHooks(deps: HooksDeps): Hooks {
  let bytesAtOnce = 0
  let atOnce = 0
  const settingsOf = (path: string): readonly [SenderName, SenderSettings] | null => {
    const name = path.slice(PREFIX.length) as SenderName
    const settings = path.startsWith(PREFIX) && Object.hasOwn(deps.settings, name) ? deps.settings[name] : undefined
    return settings === undefined ? null : [name, settings]
  }

  /** Reads within what all bodies together may take; gives back what it took. */
  async function readShared(request: Request, work: (body: Buffer) => Promise<Response>): Promise<Response> {
    if (atOnce >= MOST_AT_ONCE) throw new Busy('too many at once')
    let took = 0
    atOnce++
    try {
      const body = await readBody(request, (bytes) => {
        took += bytes
        bytesAtOnce += bytes
        if (bytesAtOnce > MOST_BYTES_AT_ONCE) throw new Busy('too many bytes at once')
      })
      return await work(body)
    } finally {
      atOnce--
      bytesAtOnce -= took
    }
  }

  async function receive(request: Request, name: SenderName, settings: SenderSettings): Promise<Response> {
    const sender = SENDER_OF[name]
    const isGuarded = settings.secrets.length > 0
    const judgement = isGuarded ? sender.judgeHeaders(request.headers, settings) : 'known'
    if (judgement === 'stranger') throw new Stranger('no secret')
    return readShared(request, async (bytes) => {
      if (judgement === 'body' && !sender.isSigned(request.headers, bytes, settings, deps.now()))
        throw new Stranger('a signature that does not fit')
      return accept(deps, { name, sender, settings, request, bytes })
    })
  }

  return {
    handles: (path) => settingsOf(path) !== null,
    async answer(request) {
      const found = settingsOf(new URL(request.url).pathname)
      if (found === null) return says(404, { error: 'not-found' })
      const [name, settings] = found
      if (request.method !== 'POST') return says(405, { error: 'method-not-allowed' }, { allow: 'POST' })
      try {
        return await receive(request, name, settings)
      } catch (error) {
        return refuse(deps, name, error)
      }
    },
  }
}

interface Received {
  readonly name: SenderName
  readonly sender: Sender
  readonly settings: SenderSettings
  readonly request: Request
  readonly bytes: Buffer
}

async function accept(deps: HooksDeps, { name, sender, settings, request, bytes }: Received): Promise<Response> {
  const facts = { sender: name, at: deps.now(), headers: keptHeaders(request.headers), bytes: bytes.length }
  let id = `${name}-${randomUUID()}`
  let reading: Reading
  try {
    const body: Json = parseJson(bytes)
    const named = sender.idOf(request.headers, body)
    if (named !== null) {
      id = `${name}-${named}`
      if ((await deps.journal.read({ kind: 'delivery', id, limit: 1 })).length > 0) return repeated(deps, name, id)
    }
    reading = sender.read(body, settings, id)
  } catch (error) {
    if (!(error instanceof BodyError)) throw error
    await writeRefused(deps, { ...facts, id, refused: error.message }, bytes)
    throw error
  }
  const { alerts, lost } = await complete(reading, settings, id)
  const read = { facts: { ...facts, id }, alerts, poison: reading.poison, lost }
  const delivery = await deliverAlerts(read, deps.inventory(), deps.handOver)
  count(deps.counts, name, delivery)
  return says(202, {
    delivery: id,
    alerts: alerts.length,
    quarantined: delivery.quarantined.length,
    lost,
    handed: delivery.handed,
  })
}

/** Asks for what the sender left out; what cannot be had is lost, and said. */
async function complete({ alerts, truncated, groupLabels }: Reading, { api }: SenderSettings, delivery: string) {
  if (truncated === 0) return { alerts, lost: 0 }
  const more = api === null ? null : await readBack(api, groupLabels, alerts, delivery)
  return { alerts: [...alerts, ...(more ?? [])], lost: Math.max(0, truncated - (more?.length ?? 0)) }
}

/** The sender does not know that we have it; nothing more is done. */
function repeated({ counts }: HooksDeps, name: SenderName, id: string): Response {
  counts.delivered(name, 'known')
  return says(202, { delivery: id, repeated: true })
}

const REFUSED_BYTES = 16_384

/** What can never be read is kept with its beginning, for the person who has to find out why. */
async function writeRefused(
  deps: HooksDeps,
  facts: Pick<Delivery, 'id' | 'sender' | 'at' | 'headers' | 'bytes' | 'refused'>,
  bytes: Buffer,
): Promise<void> {
  const body = bytes.subarray(0, REFUSED_BYTES).toString('utf8')
  const quarantined = [{ index: 0, why: facts.refused ?? '', body }]
  await deps.handOver.hand(new Map(), (handed) => ({ ...facts, alerts: [], handed, quarantined, lost: 0 }))
}

function count(counts: DeliveryCounts, sender: SenderName, { handed, alerts, quarantined, lost }: Delivery): void {
  const ways = Object.values(handed)
  counts.delivered(sender, ways.includes('spooled') ? 'spooled' : ways.includes('signalled') ? 'signalled' : 'known')
  counts.alerts(sender, 'accepted', alerts.length)
  counts.alerts(sender, 'quarantined', quarantined.length)
  counts.alerts(sender, 'lost', lost)
}

function refuse({ counts, log }: HooksDeps, name: SenderName, error: unknown): Response {
  switch (error instanceof Error ? error.name : '') {
    case 'Stranger':
      counts.delivered(name, 'unauthorized')
      return says(401, { error: 'unauthorized' })
    case 'BodyError':
      counts.delivered(name, 'refused')
      return says(400, { error: 'bad-request', message: (error as Error).message })
    case 'TooLarge':
      counts.delivered(name, 'refused')
      return says(413, { error: 'too-large' }, { connection: 'close' })
    default: {
      const isOrdinary = error instanceof Busy || error instanceof TooSlow
      if (!isOrdinary) log.error({ err: error, sender: name }, 'a delivery could not be made durable')
      counts.delivered(name, 'unavailable')
      return says(503, { error: 'unavailable', message: 'it could not be made durable; send it again' })
    }
  }
}

const says = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json({ v: 1, ...body }, { status, headers: { 'cache-control': 'no-store', ...headers } })
