// A run has closed: what it earned, what it left, and when its lock is free. Nothing is freed on a guess.
import type { Json } from '../plan/json.ts'
import type { Outcome, RunResult } from '../plan/run.ts'
import { valueOf } from './adapt.ts'
import { wakeAlerts } from './alerts.ts'
import { bytesOf } from '../plan/size.ts'
import { keep } from './keep.ts'
import { climb } from './ladder.ts'
import { lookAround } from './observe.ts'
import type { FollowReport, RecordEntry } from './protocol.ts'
import { keepLast, KEPT, targetOf, withTarget, type GuardState, type OpenEntry, type TargetRecord } from './state.ts'
import { andThen, still, type Step } from './step.ts'
import { renewSymptoms } from './symptoms.ts'

/** No cooldown after these: the target is well, or nothing was tried. */
const NO_COOLDOWN: readonly Outcome[] = ['effective', 'recovered', 'refused']
/** The detector is alone with its suspicion: it is believed again after this, or when the target turns. */
const NOTHING_FOUND_AGAIN_MS = 60_000
/** A run that was to bring a target back and left it out is not repeated at once, whatever its runbook says. */
const STILL_OUT_MS = 60_000
/** What is kept of what a run left, for each target. */
const LEFT_BYTES = 16 * 1024
/** These tried nothing, so they spend no attempt. */
export const NO_ATTEMPT: readonly Outcome[] = ['recovered', 'refused']

/** Takes in that a run has really closed. Its lock is free at once where it ended by itself, else after its grace. */
export function close(state: GuardState, report: FollowReport, now: number): Step {
  const run = state.open.find(({ workflowId }) => workflowId === report.workflowId)
  if (run === undefined || run.closed !== null) return still(state)
  const releaseAt = report.status === 'COMPLETED' ? now : now + run.graceMs
  const cutOff = report.status !== 'COMPLETED' && report.status !== 'GONE'
  const result = report.result ?? (cutOff ? null : run.said)
  const closed = { status: report.status, runId: report.runId, result, releaseAt }
  const open = state.open.map((each) => (each === run ? { ...run, closed } : each))
  return release({ ...state, open }, now)
}

/** Frees every lock that is due, and looks around: what waited may start now. */
export function release(state: GuardState, now: number): Step {
  const due = state.open.filter(({ closed }) => closed !== null && closed.releaseAt <= now)
  if (due.length === 0) return still(state)
  const settled = due.reduce((step, run) => andThen(step, (each) => settle(each, run, now)), still(state))
  return andThen(settled, (each) => ({ state: each, decisions: [], effects: lookAround(each, now) }))
}

function settle(state: GuardState, run: OpenEntry, now: number): Step {
  const outcome = outcomeOf(run)
  const freed = { ...state, open: state.open.filter((each) => each !== run) }
  const known = targetOf(freed, run.target)
  const told = tellOfMissing(freed, run, now)
  const updated = known === null ? told : withTarget(told, run.target, afterRun(known, run, outcome, state, now))
  const spread = spreadLeft(updated, run)
  const woken = Object.entries(spread.targets).reduce(
    (each, [name, target]) =>
      target.startedIn === run.workflowId || (name === run.target && target.startedIn === null)
        ? renew(each, name, outcome, now)
        : target.startedIn === null && isHeldByARun(target)
          ? withTarget(each, name, { lookAgainAt: 0 })
          : each,
    spread,
  )
  const lookAgainAt = outcome === 'recovered' ? now + NOTHING_FOUND_AGAIN_MS : 0
  const renewed = renewSymptoms(woken, run.workflowId, lookAgainAt, (reason) => WAITS_FOR_A_RUN.includes(reason), now)
  const cooldownUntil = targetOf(updated, run.target)?.ledgers[run.ledger].cooldownUntil ?? null
  const step: Step = {
    state: wakeAlerts(renewed),
    decisions: [],
    effects: [{ kind: 'record', record: recordOf(freed, run, outcome, cooldownUntil, now) }],
  }
  return wasCutOff(run, outcome) ? andThen(step, (each) => askForHuman(each, run, outcome, now)) : step
}

const outcomeOf = ({ closed }: OpenEntry): Outcome => {
  if (closed?.result) return closed.result.outcome
  switch (closed?.status) {
    case 'CANCELLED':
      return 'cancelled'
    case 'TIMED_OUT':
      return 'timed-out'
    case 'FAILED':
      return 'failed'
    default:
      return 'terminated'
  }
}

/** Answers that the end of any run may change. */
const WAITS_FOR_A_RUN: readonly string[] = [
  'locked',
  'queued',
  'same-episode',
  'too-many-runs',
  'budget',
  'zone-budget',
  'control-plane',
  'evidence-unknown',
]
const isHeldByARun = ({ lastAnswer }: TargetRecord): boolean =>
  lastAnswer !== null && WAITS_FOR_A_RUN.includes(lastAnswer.reason)

/**
 * Begins a new episode of a target that a run was for.
 * Why unconfirmed: what was seen before the run closed is no reason to start another; `watch` tells again what stands.
 */
function renew(state: GuardState, name: string, outcome: Outcome, now: number): GuardState {
  const target = targetOf(state, name)
  if (target === null) return state
  return withTarget(state, name, {
    startedIn: null,
    lastAnswer: null,
    episode: Math.max(now, target.episode + 1),
    confirmed: target.confirmed && !target.isIll,
    lookAgainAt: outcome === 'recovered' ? now + NOTHING_FOUND_AGAIN_MS : 0,
  })
}

function afterRun(
  known: TargetRecord,
  run: OpenEntry,
  outcome: Outcome,
  state: GuardState,
  now: number,
): Partial<TargetRecord> {
  const ledger = known.ledgers[run.ledger]
  const attempts = NO_ATTEMPT.includes(outcome) ? ledger.attempts.filter((at) => at !== run.startedAt) : ledger.attempts
  const asWritten = state.limits.override?.cooldownMs ?? valueOf(state, 'guard.cooldownMs') ?? run.guard.cooldownMs
  const isStillOut = run.ledger === 'bringBack' && known.desired === 'failed'
  const cooldownMs = isStillOut ? Math.max(asWritten, STILL_OUT_MS) : asWritten
  const cooldownUntil = NO_COOLDOWN.includes(outcome) && !isStillOut ? null : now + cooldownMs
  return {
    ledgers: { ...known.ledgers, [run.ledger]: { attempts, cooldownUntil } },
    undoLater: leftAfter(known, run, outcome),
    helpedAt: outcome === 'effective' ? now : known.helpedAt,
    rungs: climb(known.rungs, run.runbook, outcome),
  }
}

/** A run that ends and leaves its target `failed` leaves what brings it back; one that brought it back has used it up. */
function leftAfter(known: TargetRecord, { closed, ledger }: OpenEntry, outcome: Outcome): TargetRecord['undoLater'] {
  const left = newestWithin(closed?.result?.left ?? [], LEFT_BYTES)
  if (known.desired === 'failed' && left.length > 0) return left
  const broughtBack = ledger === 'bringBack' && (outcome === 'effective' || outcome === 'recovered')
  return broughtBack ? [] : known.undoLater
}

/** A run of a wider scope took nodes out: each keeps what brings it back, as if a run of its own had done it. */
function spreadLeft(state: GuardState, run: OpenEntry): GuardState {
  const left = (run.closed?.result?.left ?? []).filter(({ target }) => target !== null && target !== run.target)
  return [...new Set(left.map(({ target }) => target as string))].reduce((each, name) => {
    const isOut = targetOf(each, name)?.desired === 'failed'
    const own = left.filter(({ target }) => target === name)
    return isOut ? withTarget(each, name, { undoLater: newestWithin(own, LEFT_BYTES) }) : each
  }, state)
}

/** What is left out is in the journal, with the run's result. */
function newestWithin(left: TargetRecord['undoLater'], bytes: number): TargetRecord['undoLater'] {
  let room = bytes
  return left
    .toReversed()
    .filter((entry) => (room -= bytesOf(entry as unknown as Json)) >= 0)
    .toReversed()
}

/** Part of an undo is no undo: a person must know. */
function tellOfMissing(state: GuardState, run: OpenEntry, now: number): GuardState {
  const left = run.closed?.result?.left ?? []
  const missing = left.length - newestWithin(left, LEFT_BYTES).length
  if (missing === 0) return state
  const text = `${missing} of the changes that \`${run.workflowId}\` left on \`${run.target}\` are too large to be kept; its result has them.`
  return { ...state, notes: keepLast(state.notes, { at: now, text }, KEPT.notes) }
}

const wasCutOff = ({ closed }: OpenEntry, outcome: Outcome): boolean =>
  outcome === 'needs-human' || (closed?.result === null && closed.status !== 'CANCELLED')

function askForHuman(state: GuardState, run: OpenEntry, outcome: Outcome, now: number): Step {
  const message = `Run \`${run.workflowId}\` ended as ${outcome}: ${whatIsLeft(run)} Look at \`${run.target}\`, and at \`phix show ${run.workflowId}\`.`
  const decided = keep(
    state,
    {
      target: run.target,
      runbook: run.runbook,
      trigger: run.trigger,
      kind: 'held',
      reason: 'needs-human',
      message,
      workflowId: run.workflowId,
    },
    now,
  )
  const notes = keepLast(decided.state.notes, { at: now, text: message }, KEPT.notes)
  const page = { kind: 'page', key: `${run.workflowId}/needs-human`, message } as const
  return { ...decided, state: { ...decided.state, notes }, effects: [...decided.effects, page] }
}

/** Says what of a run's changes is still in the world; only a run that came to its own end could take them back. */
function whatIsLeft({ closed, target }: OpenEntry): string {
  const result = closed?.result ?? null
  if (result === null)
    return `it was ended from outside and took nothing back, so what it had changed on \`${target}\` stays.`
  if (result.left.length === 0) return `${result.message} All else it had changed was taken back.`
  return `${result.message} Still in the world: ${result.left.map(({ title }) => title).join('; ')}.`
}

function recordOf(
  state: GuardState,
  run: OpenEntry,
  outcome: Outcome,
  cooldownUntil: number | null,
  now: number,
): RecordEntry {
  const result: RunResult | null = run.closed?.result ?? null
  return {
    id: `${run.workflowId}/${run.closed?.runId || run.runId || run.startedAt}`,
    kind: 'run',
    at: now,
    cluster: state.cluster,
    target: run.target,
    workflowId: run.workflowId,
    body: {
      runbook: run.runbook,
      outcome,
      status: run.closed?.status ?? null,
      startedAt: run.startedAt,
      ledger: run.ledger,
      cooldownUntil,
      result: result as unknown as Json,
    },
  }
}
