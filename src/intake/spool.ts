// Alerts that wait while Temporal is away: in the journal, so that they survive this process; handed on by themselves
// when it is back, in the order in which they came. Handing one on twice is harmless: the detector knows its episodes.
import type { AlertBatch } from '../guard/protocol.ts'
import type { Journal, JournalRecord } from '../journal/journal.ts'
import type { Json } from '../plan/json.ts'

export interface Spool {
  /** Answers the record that makes this batch wait; the batch waits once the record is in the journal, and `took` is told. */
  recordOf(cluster: string, delivery: string, batch: AlertBatch, at: number): JournalRecord
  took(records: readonly JournalRecord[]): void
  isEmpty(cluster: string): boolean
  depth(): number
  /** Reads what waits, also what another process of the same journal has left. Fails: JournalError. */
  load(): Promise<void>
  /** Hands on what waits, as far as it is taken. Never fails: what was not taken waits on. */
  drain(hand: (cluster: string, batch: AlertBatch) => Promise<void>): Promise<void>
}

interface Waiting {
  readonly id: string
  readonly cluster: string
  readonly batch: AlertBatch
}

const LOOK_BACK_MS = 7 * 86_400_000
const MOST_LOADED = 100_000

export function createSpool(journal: Journal, now: () => number): Spool {
  const waiting = new Map<string, Waiting>()
  const add = (record: JournalRecord): void => {
    const batch = record.body as unknown as AlertBatch
    waiting.set(record.id, { id: record.id, cluster: record.cluster, batch })
  }
  return {
    recordOf: (cluster, delivery, batch, at) => ({
      ...{ id: `${delivery}/${cluster}`, kind: 'spool', at, cluster, target: null, workflowId: null },
      body: batch as unknown as Json,
    }),
    took: (records) => records.forEach(add),
    isEmpty: (cluster) => ![...waiting.values()].some((each) => each.cluster === cluster),
    depth: () => waiting.size,
    async load() {
      const query = { since: now() - LOOK_BACK_MS, limit: MOST_LOADED }
      const drained = new Set((await journal.read({ ...query, kind: 'drained' })).map(({ id }) => id))
      const spooled = await journal.read({ ...query, kind: 'spool' })
      waiting.clear()
      const inOrder = [...spooled].sort((a, b) => a.sequence - b.sequence)
      for (const record of inOrder) if (!drained.has(record.id)) add(record)
    },
    async drain(hand) {
      const away = new Set<string>()
      for (const { id, cluster, batch } of waiting.values()) {
        if (away.has(cluster)) continue
        try {
          await hand(cluster, batch)
          const done = { id, kind: 'drained', at: now(), cluster, target: null, workflowId: null, body: {} } as const
          await journal.append([done])
          waiting.delete(id)
        } catch {
          away.add(cluster) // the next round tries again
        }
      }
    },
  }
}
