// Brings records to the journal in batches, in order, for as long as it takes. Nothing waits for it.
import { condition } from '@temporalio/workflow'
import type { RecordEntry } from '../../src/guard/protocol.ts'
import { LIMITS } from '../../src/plan/run.ts'
import { record } from './activities.ts'

export interface Recorder {
  add(entry: RecordEntry): void
  /** What the journal has not confirmed yet; it travels on when the detector continues as new. */
  unconfirmed(): readonly RecordEntry[]
  run(): Promise<never>
}

const BATCH = 100
// Beyond this the oldest are given up: a journal that is away for days must not take the detector with it.
const KEPT = 2_000
// The next run's input has room for two megabytes in all.
const CARRIED_BYTES = 700_000

export function createRecorder(carried: readonly RecordEntry[]): Recorder {
  let queue = [...carried]
  return {
    add(entry) {
      queue = [...queue, entry].slice(-KEPT)
    },
    unconfirmed: () => newestWithin(queue, CARRIED_BYTES),
    async run() {
      for (;;) {
        await condition(() => queue.length > 0)
        const batch = batchOf(queue)
        await record({ records: batch })
        const done = new Set(batch)
        queue = queue.filter((entry) => !done.has(entry))
      }
    },
  }
}

function newestWithin(queue: readonly RecordEntry[], bytes: number): readonly RecordEntry[] {
  let room = bytes
  const from = queue.findLastIndex((entry) => (room -= JSON.stringify(entry).length) < 0)
  return queue.slice(from + 1)
}

function batchOf(queue: readonly RecordEntry[]): readonly RecordEntry[] {
  let room: number = LIMITS.taskBytes / 2
  const fits = queue.slice(0, BATCH).filter((entry, index) => {
    room -= JSON.stringify(entry).length
    return index === 0 || room > 0
  })
  return fits
}
