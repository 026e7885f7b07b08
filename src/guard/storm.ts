// A storm: more starts asked for in a minute than the cluster may have. What was held then is let go one by one, at an even
// pace, each after a fresh probe; else a minute later all would start at once.
import { limitsNow } from './adapt.ts'
import type { Stage } from './stages.ts'
import type { GuardState } from './state.ts'
import { secondsText } from './words.ts'

/** A storm is over when nothing was held by it for this long. */
const CALM_MS = 120_000
const MINUTE_MS = 60_000

export const isStorm = ({ stormAt }: Pick<GuardState, 'stormAt'>, now: number): boolean =>
  stormAt !== null && now - stormAt < CALM_MS

/** Answers the time between two starts while a storm lasts. */
export const paceMs = (state: Pick<GuardState, 'limits' | 'adapted'>): number =>
  Math.ceil(MINUTE_MS / limitsNow(state).startsPerMinute)

/** Lets what was held in a storm go at an even pace. */
export const releaseIsPaced: Stage = ({ state, now }) => {
  const last = state.starts.at(-1)
  if (last === undefined || !isStorm(state, now)) return null
  const freeAt = last + paceMs(state)
  if (freeAt <= now) return null
  const message = `Many starts were asked for at once in \`${state.cluster}\`; they are let go one by one, the next in ${secondsText(freeAt - now)}.`
  return { kind: 'held', reason: 'storm', message, lookAgainAt: freeAt }
}
