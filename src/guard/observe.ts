// Observations become knowledge of targets, and knowledge becomes standing triggers. Decides nothing.
import { alertsToMatch } from './alerts.ts'
import { scoreForecasts } from './forecasts.ts'
import { clearMode } from './modes.ts'
import { tellResolved } from './resolved.ts'
import type { Observation, Roster, Trigger, VerdictObservation } from './protocol.ts'
import { createTarget, keepLast, KEPT, targetOf, withTarget, type GuardState, type TargetRecord } from './state.ts'
import { isStorm } from './storm.ts'
import { andThen, still, type Effect, type Step } from './step.ts'
import { hasSymptom, lookAtSymptoms, observeSymptom } from './symptoms.ts'
import { KEPT_TURNS } from './turns.ts'

const EVIDENCE_LENGTH = 300
const IN_STORM_AT_ONCE = 5
const CLOCK_WAS_SET_MS = 60_000

/** Takes one observation in; a trigger that now stands and is due is asked to be matched. */
export function observe(state: GuardState, observation: Observation, now: number): Step {
  switch (observation.kind) {
    case 'verdict':
      return observeVerdict(state, observation, now)
    case 'symptom':
      // What ends may have kept a node out that answers.
      return andThen(scoreForecasts(observeSymptom(state, observation, now), observation, now), (next) => ({
        ...still(next),
        effects: matchOf(next, observation.target, now),
      }))
    case 'observer':
      return observeObserver(state, observation.trusted ? null : observation.evidence, now)
    case 'roster': {
      const informed = takeRoster(state, observation.roster)
      return { state: informed, decisions: [], effects: lookAround(informed, now) }
    }
    case 'shards':
      return still(state)
    case 'mode':
      return clearMode(state, observation, now)
  }
}

/** Takes in what the inventory says now. A node that has left is no member any more; its attempts are remembered. */
export function takeRoster(state: GuardState, { nodes, limits, page, modes, adaptations }: Roster): GuardState {
  const names = new Set(nodes.map(({ name }) => name))
  const known = Object.entries(state.targets).map(
    ([name, target]) => [name, { ...target, isMember: names.has(name) }] as const,
  )
  const added = nodes
    .filter(({ name }) => targetOf(state, name) === null)
    .map(({ name, spare }) => [name, createTarget(spare ? 'spare' : 'serving', true)] as const)
  return {
    ...state,
    targets: Object.fromEntries([...known, ...added]),
    limits,
    page,
    ...(modes === undefined && state.modeSpecs === undefined ? {} : { modeSpecs: modes ?? [] }),
    ...(adaptations === undefined && state.adaptationSpecs === undefined ? {} : { adaptationSpecs: adaptations ?? [] }),
  }
}

function observeVerdict(state: GuardState, seen: VerdictObservation, now: number): Step {
  const known = targetOf(state, seen.target) ?? createTarget(seen.spare === true ? 'spare' : 'serving', true)
  // Late: something newer is known. Far back is no lateness but a clock that was set, and must not blind us.
  const lateMs = known.observedAt - seen.at
  if (lateMs > 0 && lateMs < CLOCK_WAS_SET_MS) return still(state)
  const isIll = seen.verdict === 'unknown' ? known.isIll : seen.verdict !== 'healthy'
  // Not seen yet, but a run is open on it: its episode goes on until it turns or the run closes.
  const isNew = known.observedAt === 0 && known.startedIn === null
  const turned = isIll !== known.isIll || isNew
  const target: TargetRecord = {
    ...known,
    isMember: known.isMember || known.observedAt === 0,
    verdict: seen.verdict,
    // A verdict that was confirmed stays so until it changes: being told again without a probe takes nothing back.
    confirmed: seen.confirmed || (known.confirmed && known.verdict === seen.verdict),
    phi: seen.phi,
    evidence: seen.evidence.slice(0, EVIDENCE_LENGTH),
    observedAt: seen.at,
    since: seen.verdict === known.verdict ? known.since : now,
    isIll,
    ...(turned && known.observedAt !== 0 ? { turns: keepLast(known.turns, now, KEPT_TURNS) } : {}),
    ...(turned ? { episode: Math.max(now, known.episode + 1), startedIn: null, lookAgainAt: 0, lastAnswer: null } : {}),
    // A graver verdict may have another runbook.
    ...(seen.verdict === 'failed' && known.verdict === 'suspect' ? { lookAgainAt: 0 } : {}),
  }
  const next = withTarget(state, seen.target, target)
  const resolved = known.isIll && !isIll ? tellResolved(next, seen.target, now) : []
  return { state: next, decisions: [], effects: [...resolved, ...matchOf(next, seen.target, now)] }
}

function observeObserver(state: GuardState, frozen: string | null, now: number): Step {
  if ((state.frozen === null) === (frozen === null)) return still(state)
  const text = frozen === null ? 'The observer trusts itself again.' : `Verdicts are frozen: ${frozen}`
  const next = { ...state, frozen, notes: keepLast(state.notes, { at: now, text }, KEPT.notes) }
  const record: Effect = {
    kind: 'record',
    record: {
      id: `${state.cluster}/observer/${now}`,
      kind: 'audit',
      at: now,
      cluster: state.cluster,
      target: null,
      workflowId: null,
      body: { what: frozen === null ? 'thawed' : 'frozen', text },
    },
  }
  const page: Effect = {
    kind: 'page',
    key: `${state.cluster}/observer/${now}`,
    message: `\`${state.cluster}\`: ${text}`,
  }
  const effects = frozen === null ? [record, ...lookAround(next, now)] : [record, page]
  return { state: next, decisions: [], effects }
}

/** Answers the trigger that stands on a target, whether or not it was decided before. */
export function standingTrigger(state: GuardState, name: string): Trigger | null {
  const target = targetOf(state, name)
  if (target === null || !target.confirmed || !target.isMember) return null
  const { verdict, phi, evidence, observedAt: at } = target
  if (verdict === 'suspect' || verdict === 'failed')
    return { kind: 'verdict', target: name, verdict, phi, at, evidence }
  // It answers, but what its runbooks watch has not been seen to end: an illness that heartbeats do not show.
  if (verdict === 'healthy' && target.desired === 'failed' && !hasSymptom(state, name))
    return { kind: 'returned', target: name, at, evidence }
  return null
}

/** Asks to match the trigger of one target, where one stands and could now be answered otherwise than before. */
export function matchOf(state: GuardState, name: string, now: number): readonly Effect[] {
  const target = targetOf(state, name)
  if (target === null || target.startedIn !== null || target.lookAgainAt > now) return []
  const trigger = standingTrigger(state, name)
  return trigger === null ? [] : [{ kind: 'match', trigger, probe: wasHeld(target) }]
}

/** What was held for a while may have got well since: it is probed again before it starts anything. */
const wasHeld = ({ lastAnswer }: TargetRecord): boolean => lastAnswer !== null

/** Asks to match whatever stands on any target, and every person who waits. */
export const lookAround = (state: GuardState, now: number): readonly Effect[] => {
  const longestFirst = Object.entries(state.targets).sort(([, one], [, other]) => one.since - other.since)
  const standing = longestFirst.flatMap(([name]) => matchOf(state, name, now))
  const all = [...standing, ...alertsToMatch(state, now)]
  // In a storm only a few can start before the next look, and each is probed first.
  const asked = isStorm(state, now) ? all.slice(0, IN_STORM_AT_ONCE) : all
  return [
    ...lookAtSymptoms(state, now),
    ...asked,
    ...state.waiting.map((trigger): Effect => ({ kind: 'match', trigger })),
  ]
}
