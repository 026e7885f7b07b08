// The schedules that the runbooks ask for, bound like any other trigger: a name that the inventory does not have is no
// target. One for each cluster that its `bind` and `when` fit.
import { evaluateCondition, ExpressionError, renderMap, type Scope } from '../../src/expressions/evaluate.ts'
import type { Cluster, Inventory } from '../../src/inventory/inventory.ts'
import { runId } from '../../src/plan/ids.ts'
import type { TriggerSpec } from '../../src/plan/plan.ts'
import { scheduleId, type WantedSchedule } from '../../src/plan/schedule.ts'
import { bind, type Found } from './bind-candidate.ts'
import type { KnownRunbook } from './create-watching.ts'

type ScheduleSpec = Extract<TriggerSpec, { kind: 'schedule' }>

export interface Scheduled {
  readonly wanted: readonly WantedSchedule[]
  /** Schedules that fit no cluster, with why. */
  readonly refused: readonly { readonly runbook: string; readonly reason: string }[]
}

export function wantedSchedules(runbooks: readonly KnownRunbook[], inventory: Inventory): Scheduled {
  const wanted: WantedSchedule[] = []
  const refused: { readonly runbook: string; readonly reason: string }[] = []
  for (const runbook of runbooks) {
    const { plan } = runbook
    for (const [index, spec] of plan.triggers.entries()) {
      if (spec.kind !== 'schedule') continue
      const found = inventory.clusters.map((cluster) => [cluster, bindTo(cluster, runbook, spec, inventory)] as const)
      const fitting = found.flatMap(([cluster, each]) => toWanted(cluster, runbook, index, spec, each))
      wanted.push(...fitting)
      const reasons = found.flatMap(([, each]) => (each !== null && 'refused' in each ? [each.refused] : []))
      if (fitting.length === 0 && reasons.length > 0) refused.push({ runbook: plan.name, reason: reasons.join(' ') })
    }
  }
  return { wanted, refused }
}

function bindTo(cluster: Cluster, runbook: KnownRunbook, spec: ScheduleSpec, inventory: Inventory): Found {
  const scope: Scope = { cluster: { name: cluster.name } }
  try {
    if (spec.when !== null && !evaluateCondition(spec.when, scope)) return null
    return bind(runbook, renderMap(spec.bind, scope), null, inventory, cluster.name, 0)
  } catch (error) {
    if (error instanceof ExpressionError) return { refused: error.message }
    throw error
  }
}

function toWanted(
  { name: cluster }: Cluster,
  { plan, planHash }: KnownRunbook,
  index: number,
  { cron, timezone }: ScheduleSpec,
  found: Found,
): readonly WantedSchedule[] {
  if (found === null || !('candidate' in found)) return []
  const { inputs, target } = found.candidate
  const startedBy = { kind: 'schedule', why: `\`${cron}\` (${timezone})` } as const
  return [
    {
      id: scheduleId(cluster, plan.name, index),
      ...{ cluster, cron, timezone },
      workflowId: runId(plan.name, target, 'clock'),
      input: { plan, planHash, inputs, cluster, target, startedBy, trigger: {} },
    },
  ]
}
