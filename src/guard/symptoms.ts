// Symptoms: what the triggers of runbooks watch for themselves (conditions, trends), as knowledge of the guard. Decides
// nothing. Read next: shadow.ts (which of several causes is the one), activities/watching/symptoms (who sees them).
import type { SymptomObservation, SymptomPhase, Trigger } from './protocol.ts'
import { symptomOf, withSymptom } from './occasion.ts'
import type { GuardState, SymptomRecord } from './state.ts'
import { still, type Effect, type Step } from './step.ts'

const EVIDENCE_LENGTH = 300
/** What is told of a cluster of any size fits in memory; beyond this the oldest that do not stand are forgotten. */
const KEPT_SYMPTOMS = 300

/** Takes one change of a symptom in; where it now stands and is due, it is asked to be matched. */
export function observeSymptom(state: GuardState, told: SymptomObservation, now: number): Step {
  const seen = { ...told, evidence: told.evidence.slice(0, EVIDENCE_LENGTH) }
  const known = symptomOf(state, seen.symptom)
  if (known !== null && seen.at < known.seen.at) return still(state)
  if (seen.phase === 'over' && known === null) return still(state)
  const next = keepBounded(state, seen.symptom, advanceRecord(known, seen, now))
  return { state: next, decisions: [], effects: matchOfSymptom(next, seen.symptom, now) }
}

function advanceRecord(known: SymptomRecord | null, seen: SymptomObservation, now: number): SymptomRecord {
  const before = known ?? { isIll: false, episode: 0, startedIn: null, since: now, lookAgainAt: 0, lastAnswer: null }
  const isIll = seen.phase === 'standing' || (before.isIll && seen.phase !== 'over')
  const turned = isIll !== before.isIll
  const stood = known !== null && (known.seen.phase === 'pending' || known.seen.phase === 'standing')
  return {
    ...before,
    seen,
    isIll,
    since: stood ? before.since : now,
    ...(turned
      ? { episode: Math.max(now, before.episode + 1), startedIn: null, lookAgainAt: 0, lastAnswer: null }
      : {}),
  }
}

/** What is over and has no run is forgotten. */
function keepBounded(state: GuardState, symptom: string, record: SymptomRecord): GuardState {
  const { [symptom]: _, ...others } = state.symptoms
  if (record.seen.phase === 'over' && record.startedIn === null) return { ...state, symptoms: others }
  const room = Object.entries(others).length < KEPT_SYMPTOMS
  const kept = room
    ? others
    : Object.fromEntries(Object.entries(others).filter(([, { isIll, startedIn }]) => isIll || startedIn !== null))
  return { ...state, symptoms: { ...kept, [symptom]: record } }
}

/** `watch` tells what stands or comes up every 15 s; what was told longer ago than this is not known any more. */
const STALE_MS = 45_000

/** Answers the phase of a symptom now: what is stale is unknown. */
export const phaseOf = ({ seen }: SymptomRecord, now: number): SymptomPhase =>
  now - seen.at > STALE_MS ? 'unknown' : seen.phase

/** Answers the trigger that a symptom is; null while it does not stand. */
export function standingSymptom(state: GuardState, symptom: string, now: number): Trigger | null {
  const known = symptomOf(state, symptom)
  if (known === null || phaseOf(known, now) !== 'standing') return null
  const { seen } = known
  const { cause, runbook, trigger, target, at, evidence } = seen
  return { kind: cause, symptom, runbook, trigger, target, at, evidence }
}

/** Asks to match one symptom, where it stands and could now be answered otherwise than before. */
export function matchOfSymptom(state: GuardState, symptom: string, now: number): readonly Effect[] {
  const known = symptomOf(state, symptom)
  if (known === null || known.startedIn !== null || known.lookAgainAt > now) return []
  const trigger = standingSymptom(state, symptom, now)
  return trigger === null ? [] : [{ kind: 'match', trigger }]
}

/** Asks to match every symptom that stands. */
export const lookAtSymptoms = (state: GuardState, now: number): readonly Effect[] =>
  Object.keys(state.symptoms).flatMap((symptom) => matchOfSymptom(state, symptom, now))

/** Answers when time alone may change the answer to a standing symptom; one that has gone stale is told again or never. */
export const symptomLooks = (state: GuardState): readonly number[] =>
  Object.values(state.symptoms).flatMap(({ seen, startedIn, lookAgainAt }) =>
    startedIn === null && seen.phase === 'standing' && lookAgainAt <= seen.at + STALE_MS ? [lookAgainAt] : [],
  )

/** Answers whether anything that stood on this target has not been seen to end. */
export const hasSymptom = (state: GuardState, target: string): boolean =>
  Object.values(state.symptoms).some(({ seen, isIll }) => isIll && seen.target === target)

/**
 * Begins a new episode of the symptoms that a closed run was for, and looks at those again that waited for any run.
 * Why unknown: what was seen before the run closed is no reason to start another; `watch` tells again what stands.
 */
export function renewSymptoms(
  state: GuardState,
  workflowId: string,
  lookAgainAt: number,
  waitedForARun: (reason: string) => boolean,
  now: number,
): GuardState {
  return Object.entries(state.symptoms).reduce((each, [symptom, record]) => {
    if (record.startedIn === workflowId) {
      const { seen } = record
      if (seen.phase === 'over') return keepBounded(each, symptom, { ...record, startedIn: null })
      return withSymptom(each, symptom, {
        seen: { ...seen, phase: 'unknown' },
        startedIn: null,
        lastAnswer: null,
        episode: Math.max(now, record.episode + 1),
        lookAgainAt,
      })
    }
    const waited = record.startedIn === null && record.lastAnswer !== null && waitedForARun(record.lastAnswer.reason)
    return waited ? withSymptom(each, symptom, { lookAgainAt: 0 }) : each
  }, state)
}
