// Has alerts routed in batches, in the order in which they came. Nothing waits for it; what is on its way when the
// detector continues as new travels on.
import { condition } from '@temporalio/workflow'
import type { Routed } from '../../src/guard/decide-alert.ts'
import { episodeOf, type Alert } from '../../src/guard/protocol.ts'
import { route } from './activities.ts'

export interface Router {
  add(alerts: readonly Alert[]): void
  unrouted(): readonly Alert[]
  run(): Promise<never>
}

const BATCH_BYTES = 128 * 1024

export function createRouter(
  cluster: string,
  carried: readonly Alert[],
  onRouted: (batch: readonly Routed[]) => void,
): Router {
  let queue = [...carried]
  return {
    add(alerts) {
      queue = [...queue, ...alerts]
    },
    unrouted: () => queue,
    async run() {
      for (;;) {
        await condition(() => queue.length > 0)
        const batch = batchOf(queue)
        const { routed } = await route({ cluster, alerts: batch })
        queue = queue.slice(batch.length)
        const fits = new Map(routed.map((each) => [each.episode, each]))
        const found = batch.flatMap((alert): Routed[] => {
          const fit = fits.get(episodeOf(alert))
          return fit === undefined ? [] : [{ alert, runbook: fit.runbook, target: fit.target }]
        })
        if (found.length > 0) onRouted(found)
      }
    },
  }
}

function batchOf(queue: readonly Alert[]): readonly Alert[] {
  let room = BATCH_BYTES
  const over = queue.findIndex((alert) => (room -= JSON.stringify(alert).length) < 0)
  return over === -1 ? queue : queue.slice(0, Math.max(1, over))
}
