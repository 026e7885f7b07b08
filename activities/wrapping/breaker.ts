// Circuit breaker and bulkhead of one lane, as a pure state machine: time is an argument (any monotonic ms).
// Why: a target in trouble is not helped by more calls; one that hangs must not take every slot of the worker.
import { USUAL_BREAKER } from '../../src/guard/adapt.ts'

export interface BreakerSettings {
  /** Failures in a row that open it. Too low: one hiccup refuses; too high: a dead target is called on and on. */
  readonly opensAfter: number
  /** Then nothing goes through for this long, and after it one trial. */
  readonly openMs: number
  /** Calls at the same time. */
  readonly width: number
}

export const BREAKER: BreakerSettings = {
  opensAfter: USUAL_BREAKER.failures,
  openMs: USUAL_BREAKER.openMs,
  width: 8,
}

export interface Lane {
  readonly failures: number
  readonly openUntil: number | null
  readonly running: number
}

export const IDLE_LANE: Lane = { failures: 0, openUntil: null, running: 0 }

export type Admission =
  { readonly kind: 'admitted'; readonly lane: Lane } | { readonly kind: 'open' | 'full'; readonly retryInMs: number }

export type LaneState = 'closed' | 'open' | 'half-open'

export function laneState(lane: Lane, now: number): LaneState {
  if (lane.openUntil === null) return 'closed'
  return now < lane.openUntil ? 'open' : 'half-open'
}

/** Lets a call in, or says when to come again. A half-open lane lets one in at a time. */
export function admit(lane: Lane, now: number, settings: BreakerSettings = BREAKER): Admission {
  const state = laneState(lane, now)
  if (state === 'open') return { kind: 'open', retryInMs: (lane.openUntil ?? now) - now }
  if (state === 'half-open' && lane.running > 0) return { kind: 'open', retryInMs: settings.openMs }
  if (lane.running >= settings.width) return { kind: 'full', retryInMs: 1_000 }
  return { kind: 'admitted', lane: { ...lane, running: lane.running + 1 } }
}

/** Takes note of how an admitted call ended. `neutral`: it says nothing about the target (cancelled, our mistake). */
export function settle(
  lane: Lane,
  ended: 'ok' | 'fault' | 'neutral',
  now: number,
  settings: BreakerSettings = BREAKER,
): Lane {
  const running = Math.max(0, lane.running - 1)
  switch (ended) {
    case 'ok':
      return { failures: 0, openUntil: null, running }
    case 'neutral':
      return { ...lane, running }
    case 'fault': {
      const failures = lane.failures + 1
      return { failures, running, openUntil: failures >= settings.opensAfter ? now + settings.openMs : lane.openUntil }
    }
  }
}
