// The probability that a healthy node stays silent for longer than this: the long memory, the recent one and the prior.
import type { GapMemory } from './gap-memory.ts'
import type { CalibratedSettings } from './settings.ts'

/** What a gap is before any was seen, in periods beyond the first: mostly prompt, a few of a hundred a long pause. */
const PROMPT_LENGTH = 0.4
const PAUSE_LENGTH = 1.5
const PAUSE_SHARE = 0.02

/** Answers the prior's probability of a longer silence. */
function priorSurvival(silence: number): number {
  const beyond = Math.max(0, silence - 1)
  return (1 - PAUSE_SHARE) * Math.exp(-beyond / PROMPT_LENGTH) + PAUSE_SHARE * Math.exp(-beyond / PAUSE_LENGTH)
}

/**
 * Answers P(gap > silence), the silence in periods:
 *
 *     long   = (count_long(t) + a · prior(t)) / (weight_long + a)           a = priorWeight
 *     recent =  count_recent(t) / weight_recent
 *     P      = (1 - s) · long + s · recent                                   s = recentShare
 *
 * Why a blend: where either memory is right, P is at least its share of the truth, so φ errs by log10(1/s) at most, and
 * nobody has to decide whether the rhythm has changed. Satzger et al., ACM SAC 2007, take the recent histogram alone; its
 * tail ends with the window. The prior fades as 1/weight, as one more gap would: little data is not trusted.
 */
export function survivalOf(silence: number, long: GapMemory, recent: GapMemory, settings: CalibratedSettings): number {
  const { priorWeight, recentShare } = settings
  const inLong = (long.countBeyond(silence) + priorWeight * priorSurvival(silence)) / (long.weight() + priorWeight)
  const recentWeight = recent.weight()
  if (recentWeight === 0) return inLong
  return (1 - recentShare) * inLong + recentShare * (recent.countBeyond(silence) / recentWeight)
}
