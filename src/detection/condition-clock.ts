// How long a condition has held: `for:` as Prometheus means it, with a third answer. Pure; time is an argument.
import type { SymptomPhase } from '../guard/protocol.ts'

export interface ConditionClock {
  /** First of the looks that all held; null: the last one did not. */
  readonly since: number | null
  /** Looks that held without a break. */
  readonly looks: number
  readonly phase: SymptomPhase
}

export const NOT_SEEN: ConditionClock = { since: null, looks: 0, phase: 'unknown' }

/** One look may be a slip of whoever looked: a second one has to agree, whatever `for` says. */
const LEAST_LOOKS = 2

/**
 * Takes in one look, made at this time. null: its evidence was missing.
 * Invariant: what is unknown is never true, and never ends what stood; it breaks the time that a condition has held.
 */
export function advanceClock(clock: ConditionClock, held: boolean | null, at: number, forMs: number): ConditionClock {
  if (held === null) return { since: null, looks: 0, phase: 'unknown' }
  if (!held) return { since: null, looks: 0, phase: 'over' }
  const since = clock.since ?? at
  const looks = clock.looks + 1
  return { since, looks, phase: looks >= LEAST_LOOKS && at - since >= forMs ? 'standing' : 'pending' }
}
