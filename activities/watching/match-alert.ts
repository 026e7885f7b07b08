// Which runbooks an alert is for: by the matchers of their `alert` triggers, bound through the inventory. A label reaches
// a run only as a typed input; a name that the inventory does not have is no target.
import { evaluateCondition, ExpressionError, renderMap, type Scope } from '../../src/expressions/evaluate.ts'
import { isPattern, matchesLabel } from '../../src/expressions/match-label.ts'
import type { Alert } from '../../src/guard/protocol.ts'
import { isTargetType } from '../../src/inventory/bind-inputs.ts'
import { findTargets } from '../../src/inventory/find-target.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Plan, TriggerSpec } from '../../src/plan/plan.ts'
import type { KnownRunbook } from './create-watching.ts'
import { bind, type Found } from './bind-candidate.ts'

type AlertSpec = Extract<TriggerSpec, { kind: 'alert' }>

/** A label that is named says more than a pattern, a further condition more than none. */
const WEIGHTS = { exact: 2, pattern: 1, when: 2 } as const
const SHOWN = 200

/** Answers the best of a runbook's alert triggers; null where none is for this alert. */
export function matchAlert(runbook: KnownRunbook, alert: Alert, inventory: Inventory, cluster: string): Found {
  const scope: Scope = { alert: alert as unknown as Json, cluster: { name: cluster }, now: Date.parse(alert.starts_at) }
  const results = alertTriggersOf(runbook.plan)
    .filter((spec) => firstMismatch(spec, alert) === null)
    .map((spec): Found => {
      try {
        if (spec.when !== null && !evaluateCondition(spec.when, scope)) return null
        const given = renderMap(spec.bind, scope)
        return (
          strangerIn(runbook.plan, given, inventory, cluster) ??
          bind(runbook, given, null, inventory, cluster, specificityOf(spec))
        )
      } catch (error) {
        if (error instanceof ExpressionError) return { refused: error.message }
        throw error
      }
    })
  const fitting = results.flatMap((result) => (result !== null && 'candidate' in result ? [result] : []))
  const [best] = fitting.sort((a, b) => b.specificity - a.specificity)
  return best ?? results.find((result) => result !== null) ?? null
}

export const alertTriggersOf = ({ triggers }: Plan): readonly AlertSpec[] =>
  triggers.filter((spec): spec is AlertSpec => spec.kind === 'alert')

/** Answers the first label that is not what the trigger asks for; null where all are. */
export function firstMismatch(
  { labels }: AlertSpec,
  alert: Alert,
): { readonly label: string; readonly wanted: string } | null {
  for (const [label, wanted] of Object.entries(labels)) {
    const value = Object.hasOwn(alert.labels, label) ? (alert.labels[label] ?? '') : ''
    if (!matchesLabel(wanted, value)) return { label, wanted }
  }
  return null
}

const specificityOf = ({ labels, when }: AlertSpec): number =>
  Object.values(labels).reduce((sum, wanted) => sum + (isPattern(wanted) ? WEIGHTS.pattern : WEIGHTS.exact), 0) +
  (when === null ? 0 : WEIGHTS.when)

/** The first name that the inventory does not have: an alert never chooses a target that nobody has written down. */
function strangerIn(plan: Plan, given: Readonly<Record<string, Json>>, inventory: Inventory, cluster: string): Found {
  for (const { name, type } of plan.inputs) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (!isTargetType(type) || typeof value !== 'string') continue
    if (findTargets(inventory, value, cluster).some(({ kind }) => kind === type)) continue
    const shown = value.slice(0, SHOWN)
    const refused = `The alert names \`${shown}\`, and the cluster \`${cluster}\` has no ${type} of this name in the inventory.`
    return { refused, reason: 'unknown-target', target: shown }
  }
  return null
}
