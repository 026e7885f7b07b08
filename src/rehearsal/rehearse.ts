// Runs a plan on the simulated host: to its end, or to a call at which the process dies or a person cancels.
import type { Json } from '../plan/json.ts'
import type { RunInput, RunResult } from '../plan/run.ts'
import { startPlan } from '../../workflows/interpreter/run-plan.ts'
import { newState, type State } from '../../workflows/interpreter/state.ts'
import { simulateHost, type Script, type World } from './simulated-host.ts'
import { createVirtualClock } from './virtual-clock.ts'

export interface RehearsalOptions {
  /** The number of the call, from 0, at which it happens. */
  readonly cancelAtCall?: number
  readonly crashAtCall?: number
  /**
   * `kill`: at once, whatever is under way. `continue`: as continue-as-new does it, once nothing is under way; what
   * would begin is held back.
   */
  readonly crash?: 'kill' | 'continue'
  /** Spoils what the next process is given: tests use it to show that the checks would notice. */
  readonly spoil?: (state: State) => void
}

export interface Rehearsal {
  readonly result: RunResult
  readonly state: State
  readonly journal: readonly string[]
  /** Calls to the host in all. */
  readonly calls: number
  /** Times that the run went on from its state. */
  readonly resumed: number
}

const START = Date.UTC(2026, 0, 1)

/** Runs a plan until it has a result, going on from its state after a crash. */
export async function rehearse(input: RunInput, script: Script, options: RehearsalOptions = {}): Promise<Rehearsal> {
  const world: World = { clock: createVirtualClock(START), journal: [], done: new Map() }
  let state = newState(START)
  let calls = 0
  let resumed = 0
  // What a person said is durable: it reaches the next process where this one died first.
  const cancel = { isDue: false }
  for (;;) {
    const leg = await runLeg(world, input, script, options, state, calls, cancel)
    calls += leg.calls
    if (leg.result !== null) return { result: leg.result, state: leg.state, journal: world.journal, calls, resumed }
    state = JSON.parse(JSON.stringify(leg.state)) as State
    options.spoil?.(state)
    resumed++
  }
}

/** One process's share of a run: to the result, or to its death. */
async function runLeg(
  world: World,
  input: RunInput,
  script: Script,
  options: RehearsalOptions,
  state: State,
  callsBefore: number,
  cancel: { isDue: boolean },
): Promise<{ readonly result: RunResult | null; readonly state: State; readonly calls: number }> {
  let calls = 0
  let dying = false
  let frozen: Json | null = null
  const simulated = simulateHost(world, script, {
    onCall() {
      const call = callsBefore + calls++
      if (call === options.cancelAtCall) cancelSoon()
      if (call === options.crashAtCall) dying = true
      if (!dying) return null
      if (options.crash !== 'continue') frozen ??= freeze(state)
      return new Promise<never>(() => {})
    },
  })
  const cancelSoon = (): void => {
    cancel.isDue = true
    world.clock.at(world.clock.now(), () => {
      if (frozen !== null) return
      cancel.isDue = false
      if (run.cancel('ada', null)) world.journal.push('ada cancelled')
    })
  }
  const run = startPlan(input, 'rehearsal', simulated.host, state)
  if (cancel.isDue) cancelSoon()
  const end: { result: RunResult | null; error: unknown } = { result: null, error: null }
  run.result.then(
    (result) => (end.result = result),
    (error: unknown) => (end.error = error ?? new Error('thrown without a reason')),
  )
  const isOver = (): boolean => end.result !== null || end.error !== null
  await world.clock.runUntil(() => isOver() || frozen !== null || (dying && simulated.busy() === 0))
  simulated.crash()
  if (end.error !== null) throw end.error
  return { result: end.result, state: end.result === null ? thaw(frozen ?? freeze(state)) : state, calls }
}

const freeze = (state: State): Json => JSON.parse(JSON.stringify(state)) as Json
const thaw = (frozen: Json): State => frozen as unknown as State
