// A target that turns ill and well again and again is not helped by a start at each turn: something else is wrong.
import type { Stage } from './stages.ts'
import { targetOf } from './state.ts'
import { flappingLimits, isFlapping } from './turns.ts'

const HOUR_MS = 3_600_000

/** Lets a flapping target have a few starts an hour, and calls a person at the next one. */
export const flapsLittle: Stage = ({ state, candidate, isAutomatic, now }) => {
  const target = targetOf(state, candidate.target)
  const limits = flappingLimits(state.limits)
  if (!isAutomatic || target === null || !limits || !isFlapping(target, state.limits, now)) return null
  const starts = [...target.ledgers.heal.attempts, ...target.ledgers.bringBack.attempts].sort((a, b) => a - b)
  const recent = starts.filter((at) => at > now - HOUR_MS)
  if (recent.length < limits.startsPerHour) return null
  const lookAgainAt = (recent.at(-limits.startsPerHour) ?? now) + HOUR_MS
  const message = `\`${candidate.target}\` is flapping: it turned ${target.turns.length} times of late and had ${recent.length} starts in an hour; a person should look.`
  return { kind: 'held', reason: 'flapping', message, lookAgainAt, page: true }
}
