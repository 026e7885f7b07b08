// How much a cause explains. Pure; watch and guard ask the same function.
import type { Plan, Severity } from '../plan/plan.ts'

const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical']

/**
 * Answers the rank of a runbook's trigger: what is about a whole cluster before what is about a node, then the graver.
 * Below zero: it may not act alone, so it never stands in the way of one that may.
 */
export function rankOf(plan: Pick<Plan, 'severity' | 'guard' | 'automation'>, over: 'target' | 'cluster'): number {
  if (plan.automation === 'observe' || plan.automation === 'suggest') return -1
  return (over === 'cluster' ? SEVERITIES.length : 0) + SEVERITIES.indexOf(plan.severity)
}
