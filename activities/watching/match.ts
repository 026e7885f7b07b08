// The activity `match`: which runbooks a trigger is for, with their inputs bound. Decides nothing; the guard does.
import { evaluateCondition, ExpressionError, renderMap, type Scope } from '../../src/expressions/evaluate.ts'
import type { MatchCall, MatchReport, Trigger } from '../../src/guard/protocol.ts'
import { findTarget, type Target } from '../../src/inventory/find-target.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { Plan, TriggerSpec } from '../../src/plan/plan.ts'
import { modeNames } from '../evidence/detector-view.ts'
import { bind, rank, type Found } from './bind-candidate.ts'
import type { KnownRunbook, WatchingDeps } from './create-watching.ts'
import { matchAlert } from './match-alert.ts'
import { probeNow } from './probe-now.ts'

/** What the detector's own eyes saw of one target. */
type Sighting = Exclude<Trigger, { kind: 'person' | 'alert' | 'schedule' }>

/** More would not be looked at, and plans are large. */
const MOST_CANDIDATES = 3
const MOST_REFUSED = 10

/** Answers what matches, the more specific first; others that were near with the reason why not. */
export async function match(
  { cluster: clusterName, trigger, probe }: MatchCall,
  deps: WatchingDeps,
): Promise<MatchReport> {
  const inventory = deps.inventory()
  const limits = inventory.clusters.find(({ name }) => name === clusterName)?.guard
  const modes = await modesForWhen(deps, clusterName)
  const found = deps.runbooks().map((runbook) => ({
    runbook: runbook.plan.name,
    result:
      trigger.kind === 'person'
        ? askFor(runbook, trigger, inventory, clusterName)
        : trigger.kind === 'alert'
          ? matchAlert(runbook, trigger.alert, inventory, clusterName)
          : trigger.kind === 'schedule'
            ? null
            : triggered(runbook, trigger, inventory, clusterName, modes),
  }))
  const refused = found.flatMap(({ runbook, result }) =>
    result !== null && 'refused' in result ? [{ runbook, reason: result.refused }] : [],
  )
  const candidates = rank(found.map(({ result }) => result))
  if (trigger.kind === 'person' && candidates.length === 0 && refused.length === 0)
    refused.push({ runbook: trigger.runbook, reason: 'There is no runbook of this name.' })
  const gone =
    probe === true && trigger.kind === 'verdict' ? await probeNow(trigger.target, inventory, clusterName) : null
  const [first] = candidates
  const contradicted =
    trigger.kind === 'alert' && first !== undefined && answersToVerdicts(first.plan)
      ? await probeNow(first.target, inventory, clusterName)
      : null
  return {
    candidates: candidates.slice(0, MOST_CANDIDATES),
    refused: refused.slice(0, MOST_REFUSED),
    ...(limits === undefined ? {} : { limits }),
    ...(gone === null ? {} : { gone }),
    ...(contradicted === null ? {} : { contradicted }),
  }
}

/** Its alerts claim what a verdict claims: that their target is down. */
const answersToVerdicts = ({ triggers }: Plan): boolean => triggers.some(({ kind }) => kind === 'verdict')

function askFor(
  runbook: KnownRunbook,
  trigger: Extract<Trigger, { kind: 'person' }>,
  inventory: Inventory,
  cluster: string,
): Found {
  if (runbook.plan.name !== trigger.runbook) return null
  return bind(runbook, trigger.inputs, null, inventory, cluster, 0)
}

/** Asks which modes are on, where a trigger's `when` names them; null: not known, and then no such `when` holds. */
async function modesForWhen({ runbooks, detector }: WatchingDeps, cluster: string): Promise<readonly string[] | null> {
  const isNamed = runbooks().some(({ plan }) =>
    plan.triggers.some(({ when }) => when !== null && /\bmodes\b/.test(when)),
  )
  return isNamed ? modeNames(await detector.state(cluster).catch(() => null)) : null
}

function triggered(
  runbook: KnownRunbook,
  trigger: Sighting,
  inventory: Inventory,
  cluster: string,
  modes: readonly string[] | null,
): Found {
  const target = findTarget(inventory, trigger.target, cluster)
  if (target === null) {
    const isNear = runbook.plan.triggers.some((spec) => answersTo(spec, trigger, runbook.plan))
    return isNear ? { refused: `\`${trigger.target}\` is not in the inventory of \`${cluster}\`.` } : null
  }
  const scope = { ...scopeOf(trigger, target), ...(modes === null ? {} : { modes }) }
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
function answersTo(spec: TriggerSpec, trigger: Sighting, plan: Plan): boolean {
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

function scopeOf(trigger: Sighting, target: Target): Scope {
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
