// Brings records to the journal in batches, in order, for as long as it takes. Nothing waits for it; but long before room
// runs out it says that it is full, and then nothing is started that would have to be written down.
import { condition } from '@temporalio/workflow'
import type { RecordEntry } from '../../src/guard/protocol.ts'
import type { Json } from '../../src/plan/json.ts'
import { LIMITS } from '../../src/plan/run.ts'
import { bytesOf } from '../../src/plan/size.ts'
import { record } from './activities.ts'

export interface Recorder {
  add(entry: RecordEntry): void
  /** What the journal has not confirmed yet; it travels on when the detector continues as new. */
  unconfirmed(): readonly RecordEntry[]
  /** How many wait, where they are so many that no more may be made; null while there is room. */
  backlog(): Backlog | null
  run(): Promise<never>
}
export interface Backlog {
  readonly waiting: number
  /** Given up for lack of room, since the backlog began. */
  readonly lost: number
}

const BATCH = 100
// Beyond this the oldest are given up: a journal that is away for days must not take the detector with it.
const KEPT = 2_000
// The next run's input has room for two megabytes in all.
const KEPT_BYTES = 700_000
/** Full: what is left is for people's requests and for the ends of runs that are open. */
const FULL = 0.9

/** `changed` is told whenever records came or went. */
export function createRecorder(carried: readonly RecordEntry[], changed: () => void): Recorder {
  let queue: { readonly entry: RecordEntry; readonly bytes: number }[] = []
  let bytes = 0
  let lost = 0
  const push = (entry: RecordEntry): void => {
    const size = bytesOf(entry as unknown as Json)
    queue.push({ entry, bytes: size })
    bytes += size
    while (queue.length > KEPT || (bytes > KEPT_BYTES && queue.length > 1)) {
      bytes -= queue.shift()?.bytes ?? 0
      lost++
    }
  }
  for (const entry of carried) push(entry)
  return {
    add(entry) {
      push(entry)
      changed()
    },
    unconfirmed: () => queue.map(({ entry }) => entry),
    backlog: () => (queue.length >= KEPT * FULL || bytes >= KEPT_BYTES * FULL ? { waiting: queue.length, lost } : null),
    async run() {
      for (;;) {
        await condition(() => queue.length > 0)
        const batch = batchOf(queue)
        await record({ records: batch.map(({ entry }) => entry) })
        const done = new Set(batch)
        queue = queue.filter((each) => !done.has(each))
        bytes = queue.reduce((sum, each) => sum + each.bytes, 0)
        changed()
      }
    },
  }
}

function batchOf<T extends { readonly bytes: number }>(queue: readonly T[]): readonly T[] {
  let room: number = LIMITS.taskBytes / 2
  return queue.slice(0, BATCH).filter(({ bytes }, index) => {
    room -= bytes
    return index === 0 || room > 0
  })
}
