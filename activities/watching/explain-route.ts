// Why an alert goes where it goes: for the person who writes a trigger.
import type { Alert } from '../../src/guard/protocol.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { rank, type Found } from './bind-candidate.ts'
import type { KnownRunbook } from './create-watching.ts'
import { alertTriggersOf, firstMismatch, matchAlert } from './match-alert.ts'

export interface Explanation {
  readonly chosen: {
    readonly runbook: string
    readonly target: string
    readonly inputs: Readonly<Record<string, Json>>
  } | null
  readonly others: readonly { readonly runbook: string; readonly why: string }[]
}

/** Answers the runbook that an alert is for, and why it is not for the others that answer to alerts. */
export function explainRoute(
  alert: Alert,
  runbooks: readonly KnownRunbook[],
  inventory: Inventory,
  cluster: string,
): Explanation {
  const found = runbooks
    .filter(({ plan }) => alertTriggersOf(plan).length > 0)
    .map((runbook) => ({ plan: runbook.plan, result: matchAlert(runbook, alert, inventory, cluster) }))
  const [best] = rank(found.map(({ result }) => result))
  return {
    chosen: best === undefined ? null : { runbook: best.plan.name, target: best.target, inputs: best.inputs },
    others: found
      .filter(({ plan }) => plan.name !== best?.plan.name)
      .map(({ plan, result }) => ({ runbook: plan.name, why: whyNot(plan, result, alert, best?.plan.name ?? '') })),
  }
}

function whyNot(plan: Plan, result: Found, alert: Alert, winner: string): string {
  if (result !== null) return 'refused' in result ? result.refused : `it fits too; \`${winner}\` is more specific`
  const mismatches = alertTriggersOf(plan).map((spec) => firstMismatch(spec, alert))
  const mismatch = mismatches.find((each) => each !== null)
  if (mismatch === undefined || mismatch === null || mismatches.includes(null)) return 'its `when` does not hold'
  const { label, wanted } = mismatch
  return `the label \`${label}\` is \`${alert.labels[label] ?? ''}\`, and \`${wanted}\` is wanted`
}
