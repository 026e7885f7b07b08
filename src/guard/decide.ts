// One matched trigger becomes one decision, and perhaps one run. The lock is taken in the same step: nothing can come
// between the answer and the start.
import { episodeFrom, runId } from '../plan/ids.ts'
import type { Json } from '../plan/json.ts'
import type { RunInput, StartedBy } from '../plan/run.ts'
import { occasionOf, withOccasion } from './occasion.ts'
import type { Candidate, Decision, GrantReply, GrantRequest, MatchReport, RunBooks, Trigger } from './protocol.ts'
import { isSpent } from './ladder.ts'
import { keep, slim } from './keep.ts'
import { preempt } from './preempt.ts'
import { coversOf } from './covers.ts'
import { enqueue, leave } from './queue.ts'
import { ledgerOf, rule, STAGES, type Ruling, type Stage } from './stages.ts'
import {
  createTarget,
  freezeAt,
  keepLast,
  KEPT,
  targetOf,
  withTarget,
  type GuardState,
  type Occasion,
  type OpenEntry,
  type TargetRecord,
} from './state.ts'
import { andThen, still, type Effect, type Step } from './step.ts'
import { longestHeartbeatMs } from './zombie-time.ts'

/** A standing trigger that was refused or held is looked at again after this. */
export const LOOK_AGAIN_MS = 15_000
const NO_RUNBOOK_AGAIN_MS = 60_000
/** A run that was started past the detector shows no plan: its last activity gets this long. */
const GRACE_WITHOUT_PLAN_MS = 10_000

/** Decides one trigger. The answer to the same question twice is one decision. */
export function decide(
  state: GuardState,
  trigger: Trigger,
  report: MatchReport,
  now: number,
  stages: readonly Stage[] = STAGES,
): Step {
  const informed = report.limits === undefined ? state : { ...state, limits: report.limits }
  const repeated = trigger.kind === 'person' && answerTo(informed, trigger.requestId) !== null
  if (repeated && !informed.waiting.some(({ requestId }) => requestId === trigger.requestId)) return still(informed)
  if (report.gone !== undefined && trigger.kind !== 'person')
    return answer(informed, trigger, report.candidates[0] ?? null, foundWell(trigger.target, report.gone, now), now)
  const candidate = choose(informed, report.candidates, trigger)
  if (candidate === null) return answer(informed, trigger, null, nobodyFits(trigger, report, now), now)
  const isAutomatic = trigger.kind !== 'person'
  const ruling = rule({ state: informed, trigger, candidate, isAutomatic, now }, stages)
  if (ruling === null) return start(leave(informed, trigger), trigger, candidate, now)
  const inLine = ruling.reason === 'queued' ? enqueue(informed, trigger, candidate, now) : leave(informed, trigger)
  return answer(inLine, trigger, candidate, ruling, now)
}

const foundWell = (target: string, seen: string, now: number): Ruling => ({
  kind: 'refused',
  reason: 'gone',
  message: `\`${target}\` was probed again before anything was started, and is well: ${seen}.`,
  lookAgainAt: now + LOOK_AGAIN_MS,
})

/**
 * Takes the first that may act alone; what may only watch never stands in its way, and what did not help too often lets
 * the next one have its turn.
 */
export function choose(state: GuardState, candidates: readonly Candidate[], trigger: Trigger): Candidate | null {
  const able = candidates.filter(({ plan }) => plan.automation === 'auto' || plan.automation === 'approve')
  const acting = able.find((each) => !isSpent(state, each)) ?? able[0]
  return (trigger.kind === 'person' ? undefined : acting) ?? candidates[0] ?? null
}

export function nobodyFits(trigger: Trigger, { refused }: MatchReport, now: number): Ruling {
  const [first] = refused
  const reason = first === undefined ? 'no-runbook' : 'bad-inputs'
  const message =
    first === undefined
      ? `No runbook is for this (${trigger.kind === 'person' ? trigger.runbook : trigger.kind}).`
      : refused.map((each) => `\`${each.runbook}\`: ${each.reason}`).join(' ')
  return { kind: 'refused', reason, message, lookAgainAt: now + NO_RUNBOOK_AGAIN_MS }
}

const targetName = (state: GuardState, trigger: Trigger, candidate: Pick<Candidate, 'target'> | null): string =>
  candidate?.target ?? (trigger.kind === 'person' ? state.cluster : trigger.target)

function answer(
  state: GuardState,
  trigger: Trigger,
  candidate: Pick<Candidate, 'target' | 'plan'> | null,
  ruling: Ruling,
  now: number,
): Step {
  const { kind, reason, message, workflowId = null, lookAgainAt = now + LOOK_AGAIN_MS } = ruling
  const target = targetName(state, trigger, candidate)
  const runbook = candidate?.plan.name ?? (trigger.kind === 'person' ? trigger.runbook : null)
  const key = [trigger.kind, trigger.kind === 'verdict' ? trigger.verdict : '', runbook, kind, reason].join(' ')
  if (occasionOf(state, trigger)?.lastAnswer?.key === key) {
    return still(withOccasion(reason === 'storm' ? { ...state, stormAt: now } : state, trigger, { lookAgainAt }))
  }
  if (trigger.kind === 'person' && kind === 'held' && answerTo(state, trigger.requestId) !== null) return still(state)
  const kept = keep(state, { target, runbook, trigger, kind, reason, message, workflowId }, now)
  const decided = andThen(kept, (each) => consequencesOf(each, ruling, target, runbook, now))
  if (trigger.kind === 'person') {
    const waits = kind === 'held' && reason === 'queued'
    return { ...decided, state: { ...decided.state, waiting: waitingWith(decided.state, trigger, waits) } }
  }
  const decisionId = decided.decisions[0]?.id ?? ''
  return {
    ...decided,
    state: withOccasion(decided.state, trigger, { lookAgainAt, lastAnswer: { key, reason, decisionId } }),
  }
}

/** What a ruling does beside being written down: a storm is remembered, a run preempted, a person called. */
function consequencesOf(state: GuardState, ruling: Ruling, target: string, runbook: string | null, now: number): Step {
  const { reason, message, page, preempts } = ruling
  const noted = reason === 'storm' ? { ...state, stormAt: now } : state
  const preempted = preempts === undefined ? { state: noted, effects: [] } : preempt(noted, preempts, runbook ?? '')
  const call: Effect = { kind: 'page', key: `${state.cluster}/${target}/${reason}/${now}`, message }
  return {
    state: preempted.state,
    decisions: [],
    effects: page === true ? [...preempted.effects, call] : preempted.effects,
  }
}

/** Starts the run: the decision, the books and the order to Temporal, in one step. */
export function start(state: GuardState, trigger: Trigger, candidate: Candidate, now: number): Step {
  const { plan, planHash, target, lock } = candidate
  const known = targetOf(state, target)
  const occasion = trigger.kind === 'person' ? null : (symptomOccasion(state, trigger) ?? known)
  const episode = occasion === null || trigger.kind === 'alert' ? uniqueMoment(state, now) : occasion.episode
  const workflowId = runId(plan.name, target, episodeFrom(episode))
  const startedBy = startedByOf(trigger)
  const cause = startedBy.kind === 'person' ? `\`${startedBy.name}\` asked for it` : startedBy.why
  const message = `\`${plan.name}\` was started on \`${target}\`: ${cause}${inSpiteOf(state, trigger, now)}.`
  const decided = keep(
    state,
    { target, runbook: plan.name, trigger, kind: 'started', reason: 'free', message, workflowId, planHash },
    now,
  )
  const books: RunBooks = {
    runbook: plan.name,
    target,
    lock,
    startedAt: now,
    startedBy,
    automatic: trigger.kind !== 'person',
    guard: plan.guard,
    covers: coversOf(candidate),
    ledger: ledgerOf(trigger),
    trigger: slim(trigger),
    graceMs: longestHeartbeatMs(plan),
    severity: plan.severity,
  }
  const entry: OpenEntry = { ...books, workflowId, runId: '', said: null, closed: null }
  const taken = takeAttempt(decided.state, entry, trigger, now)
  const input: RunInput = {
    plan,
    planHash,
    inputs: candidate.inputs,
    cluster: state.cluster,
    target,
    startedBy,
    trigger: slim(trigger) as unknown as Json,
    ...(trigger.kind === 'returned' && known !== null ? { left: known.undoLater } : {}),
  }
  const grantId = decided.decisions[0]?.id ?? workflowId
  const order: Effect = { kind: 'start', workflowId, input, grantId, books }
  return { state: taken, decisions: decided.decisions, effects: [...decided.effects, order] }
}

/** Says that a freeze was overridden, so that the decision itself is the record of it. */
function inSpiteOf(state: GuardState, trigger: Trigger, now: number): string {
  const freeze = freezeAt(state, now)
  if (freeze === null || trigger.kind !== 'person' || trigger.overrideFreeze === undefined) return ''
  return `, in spite of the freeze by \`${freeze.by}\`: ${trigger.overrideFreeze}`
}

/** Opens the run in the books: its lock, its attempt, its place in the cluster's start rate. */
function takeAttempt(state: GuardState, entry: OpenEntry, trigger: Trigger, now: number): GuardState {
  const known = targetOf(state, entry.target) ?? createTarget('serving', false)
  const booked: GuardState = {
    ...state,
    open: [...state.open, entry],
    starts: keepLast(
      state.starts.filter((at) => at > now - 60_000),
      now,
      1_000,
    ),
    waiting: trigger.kind === 'person' ? waitingWith(state, trigger, false) : state.waiting,
  }
  const ledger = known.ledgers[entry.ledger]
  const change: Partial<TargetRecord> = {
    ledgers: {
      ...known.ledgers,
      [entry.ledger]: { ...ledger, attempts: keepLast(ledger.attempts, now, KEPT.attempts) },
    },
    startedIn: entry.workflowId,
    lastAnswer: null,
  }
  const withRun = withTarget(booked, entry.target, change)
  // A symptom has its own occasion; and where a wider runbook was started for a node, that node's has its start, too.
  return withOccasion(withRun, trigger, { startedIn: entry.workflowId, lastAnswer: null })
}

/** Gives leave to a run that was started past the detector, or says why not. Asking twice is asking once. */
export function grant(state: GuardState, request: GrantRequest, now: number): Step & { readonly reply: GrantReply } {
  const informed = request.limits === undefined ? state : { ...state, limits: request.limits }
  const open = informed.open.find(({ workflowId }) => workflowId === request.workflowId)
  if (open !== undefined && open.closed === null) {
    const same = informed.open.map((run) => (run === open ? { ...run, runId: request.runId } : run))
    return { ...still({ ...informed, open: same }), reply: granted(request, now) }
  }
  const trigger = triggerOf(request, now)
  const isAutomatic = trigger.kind === 'schedule'
  const plan = {
    name: request.runbook,
    guard: { ...request.guard, onBusy: 'refuse' as const },
    automation: request.automation ?? ('auto' as const),
  }
  const candidate = { target: request.target, lock: request.lock, plan, ...coversIn(request) }
  const ruling = rule({ state: informed, trigger, candidate, isAutomatic, now })
  const facts = { target: request.target, runbook: request.runbook, trigger, planHash: request.planHash }
  if (ruling !== null) {
    const { reason, message } = ruling
    const kind = ruling.kind === 'shadowed' ? 'shadowed' : 'refused'
    const refused = keep(informed, { ...facts, kind, reason, message, workflowId: request.workflowId }, now)
    return { ...refused, reply: { granted: false, reason, message } }
  }
  const how = isAutomatic ? `by the clock (${trigger.evidence})` : 'past the detector'
  const message = `\`${request.runbook}\` on \`${request.target}\` was started ${how} and got its leave.`
  const decided = keep(
    informed,
    { ...facts, kind: 'started', reason: 'granted', message, workflowId: request.workflowId },
    now,
  )
  const entry: OpenEntry = {
    workflowId: request.workflowId,
    runId: request.runId,
    runbook: request.runbook,
    target: request.target,
    lock: request.lock,
    startedAt: now,
    startedBy: request.startedBy,
    automatic: request.startedBy.kind !== 'person',
    guard: request.guard,
    covers: coversOf(candidate),
    ledger: 'heal',
    trigger,
    graceMs: GRACE_WITHOUT_PLAN_MS,
    said: null,
    closed: null,
  }
  return { ...decided, state: takeAttempt(decided.state, entry, trigger, now), reply: granted(request, now) }
}

/** Who asks: the clock, or whoever else started a run past the detector, which counts as a person. */
function triggerOf({ startedBy, runbook, target, workflowId, runId: run }: GrantRequest, now: number): Trigger {
  if (startedBy.kind === 'schedule') return { kind: 'schedule', runbook, target, at: now, evidence: startedBy.why }
  const by = startedBy.kind === 'person' ? startedBy.name : startedBy.kind
  return { kind: 'person', runbook, inputs: {}, by, at: now, requestId: `${workflowId}/${run}` }
}

const granted = ({ workflowId, runId: run }: GrantRequest, now: number): GrantReply => ({
  granted: true,
  grant: { id: `${workflowId}/${run}`, workflowId, issuedAt: now },
})
const coversIn = ({
  covers,
  zones,
  controlPlane,
}: GrantRequest): Pick<Candidate, 'covers' | 'zones' | 'controlPlane'> => ({
  ...(covers === undefined ? {} : { covers }),
  ...(zones === undefined ? {} : { zones }),
  ...(controlPlane === undefined ? {} : { controlPlane }),
})

/** Answers the last decision that was given to this request; null where there was none. */
export function answerTo(state: GuardState, requestId: string): Decision | null {
  const id = state.answered.findLast((each) => each.requestId === requestId)?.decisionId
  return state.decisions.find((decision) => decision.id === id) ?? null
}

function waitingWith(state: GuardState, trigger: Extract<Trigger, { kind: 'person' }>, waits: boolean) {
  const others = state.waiting.filter(({ requestId }) => requestId !== trigger.requestId)
  return waits ? keepLast(others, trigger, KEPT.waiting) : others
}

// Two persons in the same millisecond are two runs.
const uniqueMoment = (state: GuardState, now: number): number =>
  Math.max(now, ...state.open.map(({ startedAt }) => startedAt + 1))

const symptomOccasion = (state: GuardState, trigger: Trigger): Occasion | null =>
  trigger.kind === 'condition' || trigger.kind === 'trend' ? occasionOf(state, trigger) : null

function startedByOf(trigger: Trigger): StartedBy {
  switch (trigger.kind) {
    case 'person':
      return { kind: 'person', name: trigger.by }
    case 'verdict':
      return {
        kind: 'verdict',
        why: `\`${trigger.target}\` is ${trigger.verdict} (φ ${trigger.phi.toFixed(1)}): ${trigger.evidence}`,
      }
    case 'condition':
    case 'trend':
      return { kind: trigger.kind, why: `on \`${trigger.target}\`: ${trigger.evidence}` }
    case 'alert':
      return { kind: 'alert', why: trigger.evidence }
    case 'schedule':
      return { kind: 'schedule', why: trigger.evidence }
    case 'returned':
      return { kind: 'returned', why: `\`${trigger.target}\` was taken out and answers again: ${trigger.evidence}` }
  }
}
