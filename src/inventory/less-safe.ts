// Which emergency values allow more than usual, and what that means for the cluster. Nothing is forbidden: it is said.
import { settingText, USUAL_BREAKER } from '../guard/adapt.ts'
import type { Setting } from '../guard/protocol.ts'
import type { Cluster, ClusterGuard } from './inventory.ts'

const WHY: Readonly<Record<Setting, string>> = {
  'guard.keepHealthy': 'runs may begin while fewer nodes are healthy than their runbooks ask for',
  'guard.runsInFlight': 'more runs may change the cluster at once',
  'guard.startsPerMinute': 'more runs may start in a minute',
  'guard.cooldownMs': 'what did not help is tried again sooner than its runbook says',
  'trend.confidence': 'people are told, or runs begin, on less than triggers ask for',
  'breaker.failures': 'a target in trouble is called more often before it is left alone',
  'breaker.openMs': 'a target in trouble is called again sooner',
}

type Limits = Pick<ClusterGuard, 'runsInFlight' | 'startsPerMinute'>

/** Answers why a value is less safe than the usual one; null where it is not. */
export const whyLessSafe = (setting: Setting, value: number, usual: Limits): string | null =>
  isLessSafe(setting, value, usual) ? WHY[setting] : null

/** What is usual is written in each runbook for three of them: those are told of always. */
function isLessSafe(setting: Setting, value: number, usual: Limits): boolean {
  switch (setting) {
    case 'guard.keepHealthy':
    case 'trend.confidence':
      return value < 1
    case 'guard.cooldownMs':
      return true
    case 'guard.runsInFlight':
      return value > usual.runsInFlight
    case 'guard.startsPerMinute':
      return value > usual.startsPerMinute
    case 'breaker.failures':
      return value > USUAL_BREAKER.failures
    case 'breaker.openMs':
      return value < USUAL_BREAKER.openMs
  }
}

/** Says in a sentence each what the emergency values of a cluster make less safe. */
export const sentencesOfLessSafe = ({ name, guard, adaptations = [] }: Cluster): readonly string[] =>
  adaptations.flatMap(({ while: cause, set }) =>
    (Object.entries(set) as [Setting, number][]).flatMap(([setting, value]) => {
      const why = whyLessSafe(setting, value, guard)
      const state = 'mode' in cause ? `mode \`${cause.mode}\` is on` : `\`${cause.symptom}\` stands`
      return why === null
        ? []
        : [`\`${name}\`: \`${setting}\` is ${settingText(setting, value)} while ${state}: ${why}`]
    }),
  )
