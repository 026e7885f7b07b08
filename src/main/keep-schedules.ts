// Keeps the schedules on the server what the runbooks and the inventory say: at the start, at each change, and now and then,
// so that what was removed by hand is there again. Any worker does it; a server that is away is tried again.
import type { Logger } from 'pino'
import type { KnownRunbook } from '../../activities/watching/create-watching.ts'
import { wantedSchedules } from '../../activities/watching/wanted-schedules.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { hashOf } from '../plan/hash.ts'
import type { Json } from '../plan/json.ts'
import type { Engine } from '../temporal/engine.ts'

export interface KeepSchedulesDeps {
  readonly engine: Pick<Engine, 'reconcileSchedules'>
  readonly runbooks: () => readonly KnownRunbook[]
  readonly inventory: () => Inventory
  readonly log: Pick<Logger, 'info' | 'warn'>
}

const LOOK_MS = 2_000
const AGAIN_MS = 60_000

export function keepSchedules(deps: KeepSchedulesDeps): { stop(): void } {
  let done: { readonly key: string; readonly at: number } | null = null
  let isBusy = false
  let told = ''
  const look = async (): Promise<void> => {
    // A folder that is empty, or could not be read: that is no reason to take everybody's schedules away.
    if (deps.runbooks().length === 0) return
    const inventory = deps.inventory()
    const { wanted, refused } = wantedSchedules(deps.runbooks(), inventory)
    const clusters = inventory.clusters.map(({ name }) => name)
    // A plan is told by its hash.
    const named = wanted.map(({ input, ...rest }) => ({ ...rest, input: { ...input, plan: null } }))
    const key = hashOf({ named, clusters } as unknown as Json)
    if (done?.key === key && performance.now() - done.at < AGAIN_MS) return
    const text = JSON.stringify(refused)
    if (text !== told) for (const each of refused) deps.log.warn(each, 'a schedule fits no cluster of the inventory')
    told = text
    const { created, changed, removed } = await deps.engine.reconcileSchedules(wanted, clusters)
    if (created.length + changed.length + removed.length > 0)
      deps.log.info({ created, changed, removed }, 'the schedules are now what the runbooks say')
    done = { key, at: performance.now() }
  }
  const tick = (): void => {
    if (isBusy) return
    isBusy = true
    look()
      .catch((error: unknown) => deps.log.warn({ err: error }, 'the schedules could not be made; trying again'))
      .finally(() => (isBusy = false))
  }
  tick()
  const timer = setInterval(tick, LOOK_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
