// How people are reached, as far as `status` can tell: what would reach nobody, which channels fail, and the last beat.
import { readBeatNote, type BeatNote } from '../../dead-man/beat-note.ts'
import { findUnreachedClusters } from '../../notify/find-unreached.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { Context } from '../verb.ts'

export interface Telling {
  /** Sentences: whose page would wake nobody. */
  readonly unreached: readonly string[]
  readonly channels: readonly FailingChannel[]
  /** null: no beat is set up, or no worker of this machine has begun one. */
  readonly beat: BeatNote | null
}

/** A channel whose last message could not be delivered. */
export interface FailingChannel {
  readonly name: string
  /** In a row, within a day. */
  readonly failures: number
  readonly lastAt: number
  readonly why: string
}

const DAY_MS = 86_400_000
const MOST_RECORDS = 500

export async function readTelling(context: Context, inventory: Inventory): Promise<Telling> {
  const { dataFolder, deadMan } = await context.settings()
  const note = readBeatNote(dataFolder)
  return {
    unreached: findUnreachedClusters(inventory),
    channels: inventory.notify === undefined ? [] : await readFailing(context),
    beat:
      note ?? (deadMan === null ? null : { everyMs: deadMan.everyMs, sentAt: null, problem: 'no worker has begun' }),
  }
}

interface Body {
  readonly channel?: unknown
  readonly isDelivered?: unknown
  readonly text?: unknown
}

/** A journal that is away takes this from the status, not the status. */
async function readFailing(context: Context): Promise<readonly FailingChannel[]> {
  try {
    const since = context.io.now() - DAY_MS
    const records = await (await context.journal()).read({ kind: 'notification', since, limit: MOST_RECORDS })
    const well = new Set<string>()
    const failing = new Map<string, FailingChannel>()
    for (const { at, body } of records) {
      const { channel, isDelivered, text } = (body ?? {}) as Body
      if (typeof channel !== 'string' || well.has(channel)) continue
      if (isDelivered === true) {
        well.add(channel)
        continue
      }
      const newest = failing.get(channel) ?? { name: channel, failures: 0, lastAt: at, why: String(text) }
      failing.set(channel, { ...newest, failures: newest.failures + 1 })
    }
    return [...failing.values()]
  } catch {
    return []
  }
}
