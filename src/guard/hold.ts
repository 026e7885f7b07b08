// After a run that helped, what had started it decays for a while (an average, an alert's own window) and still says ill.
import type { Stage } from './stages.ts'
import { targetOf } from './state.ts'
import { secondsText } from './words.ts'

/** Holds a runbook with `guard.hold` for that long after the last run that helped its target. */
export const heldAfterSuccess: Stage = ({ state, candidate, isAutomatic, now }) => {
  const { holdMs } = candidate.plan.guard
  const helpedAt = targetOf(state, candidate.target)?.helpedAt ?? null
  if (!isAutomatic || holdMs === undefined || helpedAt === null || helpedAt + holdMs <= now) return null
  const message = `The last run on \`${candidate.target}\` helped; what is seen of it may be old for ${secondsText(helpedAt + holdMs - now)} more.`
  return { kind: 'held', reason: 'held-after-success', message, lookAgainAt: helpedAt + holdMs }
}
