// Keeps one `watch` going for each shard of the cluster, and takes what they learned along into the next run.
import { CancellationScope, condition, isCancellation, log, sleep } from '@temporalio/workflow'
import type { WatchCheckpoint } from '../../src/guard/protocol.ts'
import { watch } from './activities.ts'

export interface Watchers {
  /** Starts what is missing. Shards that are not needed any more end with the next run. */
  resize(count: number): void
  /** Ends all, and answers what each had learned; those that do not answer in time start cold. */
  stop(): Promise<readonly (WatchCheckpoint | null)[]>
}

const PAUSE_AFTER_END_MS = 5_000
const STOP_WITHIN_MS = 5_000
const MOST_SHARDS = 64

export function createWatchers(cluster: string, carried: readonly (WatchCheckpoint | null)[]): Watchers {
  const learned: (WatchCheckpoint | null)[] = [...carried]
  const scope = new CancellationScope()
  let started = 0
  let ended = 0
  let isStopping = false

  const keepWatching = async (shard: number): Promise<void> => {
    while (!isStopping) {
      try {
        learned[shard] = await watch(
          { cluster, shard, checkpoint: learned[shard] ?? null },
          `Watch the nodes of ${cluster}, part ${shard + 1}`,
        )
      } catch (error) {
        if (!isCancellation(error)) log.warn('a watch ended by itself', { cluster, shard, error })
      }
      if (!isStopping) await sleep(PAUSE_AFTER_END_MS, { summary: 'Before watching again' }).catch(() => undefined)
    }
    ended++
  }
  return {
    resize(count) {
      while (started < Math.min(count, MOST_SHARDS) && !isStopping) {
        const shard = started++
        void scope.run(() => keepWatching(shard))
      }
    },
    async stop() {
      isStopping = true
      scope.cancel()
      await condition(() => ended === started, STOP_WITHIN_MS)
      return learned
    },
  }
}
