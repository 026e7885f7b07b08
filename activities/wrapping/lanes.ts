// This worker's lanes: one per driver and target. The state machine is in breaker.ts; here is only its memory.
import { admit, BREAKER, IDLE_LANE, laneState, settle, type BreakerSettings, type Lane } from './breaker.ts'
import { ActionFailure } from './action-failure.ts'

export interface LaneReport {
  readonly lane: string
  readonly state: string
  readonly failures: number
}

export interface Lanes {
  /** Runs a change inside its lane. Fails: unavailable where the lane is open or full. */
  run<T>(name: string | null, work: () => Promise<T>, settings?: BreakerSettings): Promise<T>
  report(isMeant: (name: string) => boolean): readonly LaneReport[]
  reset(isMeant: (name: string) => boolean): void
}

/** A lane that is idle and closed says nothing; beyond this many such ones are forgotten. */
const LANES_KEPT = 1_000

export function createLanes(clock: () => number, usual: BreakerSettings = BREAKER): Lanes {
  const lanes = new Map<string, Lane>()
  const laneOf = (name: string): Lane => lanes.get(name) ?? IDLE_LANE
  return {
    async run(name, work, settings = usual) {
      if (name === null) return work()
      const admission = admit(laneOf(name), clock(), settings)
      if (admission.kind !== 'admitted') throw turnedAway(name, admission, laneOf(name))
      lanes.set(name, admission.lane)
      let ended: 'ok' | 'fault' | 'neutral' = 'neutral'
      try {
        const result = await work()
        ended = 'ok'
        return result
      } catch (error) {
        ended = isTargetsFault(error) ? 'fault' : 'neutral'
        throw error
      } finally {
        lanes.set(name, settle(laneOf(name), ended, clock(), settings))
        if (lanes.size > LANES_KEPT) forgetIdle(lanes)
      }
    },
    report: (isMeant) =>
      [...lanes]
        .filter(([name]) => isMeant(name))
        .map(([name, lane]) => ({ lane: name, state: laneState(lane, clock()), failures: lane.failures })),
    reset(isMeant) {
      for (const [name, lane] of lanes) if (isMeant(name)) lanes.set(name, { ...IDLE_LANE, running: lane.running })
    },
  }
}

const isTargetsFault = (error: unknown): boolean =>
  error instanceof ActionFailure && (error.code === 'unavailable' || error.code === 'uncertain')

function turnedAway(name: string, why: { kind: 'open' | 'full'; retryInMs: number }, lane: Lane): ActionFailure {
  const message =
    why.kind === 'open'
      ? `the breaker of \`${name}\` is open after ${lane.failures} failures in a row; it lets one call try in ${Math.ceil(why.retryInMs / 1000)} s, or reset it with \`breaker.reset\``
      : `${lane.running} calls to \`${name}\` are running already; this one comes again`
  return new ActionFailure('unavailable', message, { retryInMs: why.retryInMs })
}

function forgetIdle(lanes: Map<string, Lane>): void {
  for (const [name, lane] of lanes)
    if (lane.running === 0 && lane.failures === 0 && lane.openUntil === null) lanes.delete(name)
}
