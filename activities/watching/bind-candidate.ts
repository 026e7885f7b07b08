// A runbook with its inputs bound becomes a candidate: its target, its lock, and how well it fits.
import type { Candidate } from '../../src/guard/protocol.ts'
import { bindInputs, isTargetType } from '../../src/inventory/bind-inputs.ts'
import { findCluster, findTargets, type Target } from '../../src/inventory/find-target.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { KnownRunbook } from './create-watching.ts'
import { resolveDomains } from './resolve-domains.ts'
import { resolveLock } from './resolve-lock.ts'

export type Found =
  | { readonly candidate: Candidate; readonly specificity: number }
  | { readonly refused: string; readonly reason?: 'unknown-target'; readonly target?: string }
  | null

/** The more specific first; of two that are alike, the first by name. */
export const rank = (found: readonly Found[]): readonly Candidate[] =>
  found
    .flatMap((result) => (result !== null && 'candidate' in result ? [result] : []))
    .sort((a, b) => b.specificity - a.specificity || (a.candidate.plan.name < b.candidate.plan.name ? -1 : 1))
    .map(({ candidate }) => candidate)

/** Gives a runbook its inputs, or says in words why they do not fit. */
export function bind(
  runbook: KnownRunbook,
  given: Readonly<Record<string, Json>>,
  triggering: Target | null,
  inventory: Inventory,
  cluster: string,
  specificity: number,
): Found {
  const { plan, planHash } = runbook
  const bound = bindInputs(plan.inputs, given, inventory, cluster)
  if (!bound.ok) return { refused: bound.problems.join(' ') }
  const target = targetOf(plan, bound.inputs, inventory, cluster) ?? triggering ?? findCluster(inventory, cluster)
  if (target === null) return { refused: `The cluster \`${cluster}\` is not in the inventory.` }
  const lock = resolveLock(plan.guard.lock, target)
  const candidate = {
    plan,
    planHash,
    inputs: bound.inputs,
    target: target.name,
    ...lock,
    ...resolveDomains(plan.guard, lock.covers, target.name, target.cluster),
  }
  return { candidate, specificity }
}

/** The run's target is the first input that names one, the lock's own kind before others. */
function targetOf(
  plan: Plan,
  inputs: Readonly<Record<string, Json>>,
  inventory: Inventory,
  cluster: string,
): Target | null {
  const named = plan.inputs.filter(({ name, type }) => isTargetType(type) && typeof inputs[name] === 'string')
  const first = named.find(({ type }) => type === plan.guard.lock) ?? named[0]
  const value = first === undefined ? null : inputs[first.name]
  if (first === undefined || typeof value !== 'string') return null
  // A cluster and its one service often share a name; the input's type says which is meant.
  return findTargets(inventory, value, cluster).find(({ kind }) => kind === first.type) ?? null
}
