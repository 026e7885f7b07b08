// The activity `match`: which runbooks a trigger is for, with their inputs bound. Decides nothing; the guard does.
import { evaluateCondition, ExpressionError, renderMap, type Scope } from '../../src/expressions/evaluate.ts'
import type { Candidate, MatchCall, MatchReport, Trigger } from '../../src/guard/protocol.ts'
import { bindInputs, isTargetType } from '../../src/inventory/bind-inputs.ts'
import { findTarget, type Target } from '../../src/inventory/find-target.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Plan, TriggerSpec } from '../../src/plan/plan.ts'
import type { KnownRunbook, WatchingDeps } from './create-watching.ts'
import { probeAgain } from './probe-again.ts'
import { resolveDomains } from './resolve-domains.ts'
import { resolveLock } from './resolve-lock.ts'

/** More would not be looked at, and plans are large. */
const MOST_CANDIDATES = 3
const MOST_REFUSED = 10

type Found = { readonly candidate: Candidate; readonly specificity: number } | { readonly refused: string } | null

/** Answers what matches, the more specific first; others that were near with the reason why not. */
export async function match(
  { cluster: clusterName, trigger, probe }: MatchCall,
  deps: WatchingDeps,
): Promise<MatchReport> {
  const inventory = deps.inventory()
  const limits = inventory.clusters.find(({ name }) => name === clusterName)?.guard
  const found = deps.runbooks().map((runbook) => ({
    runbook: runbook.plan.name,
    result:
      trigger.kind === 'person'
        ? askFor(runbook, trigger, inventory, clusterName)
        : triggered(runbook, trigger, inventory, clusterName),
  }))
  const refused = found.flatMap(({ runbook, result }) =>
    result !== null && 'refused' in result ? [{ runbook, reason: result.refused }] : [],
  )
  const candidates = found
    .flatMap(({ result }) => (result !== null && 'candidate' in result ? [result] : []))
    .sort((a, b) => b.specificity - a.specificity || (a.candidate.plan.name < b.candidate.plan.name ? -1 : 1))
    .map(({ candidate }) => candidate)
  if (trigger.kind === 'person' && candidates.length === 0 && refused.length === 0)
    refused.push({ runbook: trigger.runbook, reason: 'There is no runbook of this name.' })
  const gone = probe === true ? await probeAgain(trigger, inventory, clusterName) : null
  return {
    candidates: candidates.slice(0, MOST_CANDIDATES),
    refused: refused.slice(0, MOST_REFUSED),
    ...(limits === undefined ? {} : { limits }),
    ...(gone === null ? {} : { gone }),
  }
}

function askFor(
  runbook: KnownRunbook,
  trigger: Extract<Trigger, { kind: 'person' }>,
  inventory: Inventory,
  cluster: string,
): Found {
  if (runbook.plan.name !== trigger.runbook) return null
  return bind(runbook, trigger.inputs, null, inventory, cluster, 0)
}

function triggered(
  runbook: KnownRunbook,
  trigger: Exclude<Trigger, { kind: 'person' }>,
  inventory: Inventory,
  cluster: string,
): Found {
  const target = findTarget(inventory, trigger.target, cluster)
  if (target === null) {
    const isNear = runbook.plan.triggers.some((spec) => answersTo(spec, trigger, runbook.plan))
    return isNear ? { refused: `\`${trigger.target}\` is not in the inventory of \`${cluster}\`.` } : null
  }
  const scope = scopeOf(trigger, target)
  const results = runbook.plan.triggers
    .filter((spec) => answersTo(spec, trigger, runbook.plan))
    .map((spec): Found => {
      try {
        // What is watched was seen together with its `when`, over more evidence than there is here.
        if (!isWatched(spec) && spec.when !== null && !evaluateCondition(spec.when, scope)) return null
        return bind(runbook, renderMap(spec.bind, scope), target, inventory, cluster, specificityOf(spec))
      } catch (error) {
        if (error instanceof ExpressionError) return { refused: error.message }
        throw error
      }
    })
  return (
    results.find((result) => result !== null && 'candidate' in result) ??
    results.find((result) => result !== null) ??
    null
  )
}

/** A target that is taken for failed has been suspect on the way. */
function answersTo(spec: TriggerSpec, trigger: Exclude<Trigger, { kind: 'person' }>, plan: Plan): boolean {
  if (trigger.kind === 'condition' || trigger.kind === 'trend')
    return plan.name === trigger.runbook && plan.triggers[trigger.trigger] === spec && spec.kind === trigger.kind
  if (spec.kind === 'returned') return trigger.kind === 'returned'
  return (
    spec.kind === 'verdict' &&
    trigger.kind === 'verdict' &&
    (spec.verdict === 'suspect' || trigger.verdict === 'failed')
  )
}

const isWatched = ({ kind }: TriggerSpec): boolean => kind === 'condition' || kind === 'trend'

/** A further condition says more than none; `failed` says more than `suspect`. */
const specificityOf = (spec: TriggerSpec): number =>
  (spec.when === null ? 0 : 2) + (spec.kind === 'verdict' && spec.verdict === 'failed' ? 1 : 0)

function bind(
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
  const target =
    targetOf(plan, bound.inputs, inventory, cluster) ?? triggering ?? findTarget(inventory, cluster, cluster)
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
  return typeof value === 'string' ? findTarget(inventory, value, cluster) : null
}

function scopeOf(trigger: Exclude<Trigger, { kind: 'person' }>, target: Target): Scope {
  const { cluster } = target
  return {
    target: {
      name: target.name,
      kind: target.kind,
      cluster: cluster.name,
      zone: target.kind === 'node' ? (target.node.zone ?? '') : '',
      verdict: trigger.kind === 'verdict' ? trigger.verdict : 'healthy',
      desired: trigger.kind === 'returned' ? 'failed' : 'serving',
      phi: trigger.kind === 'verdict' ? trigger.phi : 0,
      healthy: trigger.kind === 'returned',
    },
    cluster: { name: cluster.name },
    now: trigger.at,
  }
}
