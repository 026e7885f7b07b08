// The guard of one cluster: a pure machine. Events in; state, decisions and effects out; time is an argument.
// Invariants: at most one open run per lock (I1), at most one start per episode (I2), attempts never exceeded, every
// trigger ends as one decision. Reading order: stages.ts, decide.ts, close.ts.
import { adapt, adaptationLooks } from './adapt.ts'
import { alertLooks, wakeAlerts } from './alerts.ts'
import { close, release } from './close.ts'
import { decideAlerts, observeAlerts, type Routed } from './decide-alert.ts'
import { command } from './command.ts'
import { decide, LOOK_AGAIN_MS } from './decide.ts'
import { keep } from './keep.ts'
import { endFreeze, pauseFor } from './freeze.ts'
import { modeLooks, setMode, tellOfLongModes } from './modes.ts'
import { tellResolvedLate } from './resolved.ts'
import { dropStale, queueLooks } from './queue.ts'
import { lookAround, observe, standingTrigger } from './observe.ts'
import { symptomOf } from './occasion.ts'
import type {
  EndedMessage,
  FleetCommand,
  FollowReport,
  MarkRequest,
  MatchReport,
  ModeRequest,
  Observation,
  Trigger,
} from './protocol.ts'
import { NEVER, STAGES, type Stage } from './stages.ts'
import { createTarget, keepLast, KEPT, targetOf, withTarget, type GuardState, type OpenEntry } from './state.ts'
import { andThen, still, type Step } from './step.ts'
import { symptomLooks } from './symptoms.ts'

export type GuardEvent =
  | { readonly kind: 'observed'; readonly observation: Observation }
  | { readonly kind: 'matched'; readonly trigger: Trigger; readonly report: MatchReport }
  /** Temporal took the run; from now on it can be followed. */
  | { readonly kind: 'launched'; readonly workflowId: string; readonly runId: string }
  /** Temporal did not take it: nothing runs, so nothing is held. */
  | { readonly kind: 'notLaunched'; readonly workflowId: string; readonly why: string }
  /** Its id is taken: whoever started it, it is followed until it has closed. */
  | { readonly kind: 'taken'; readonly workflowId: string }
  /** A run's last word: kept for the case that nobody else can tell its result. */
  | { readonly kind: 'ended'; readonly message: EndedMessage }
  | { readonly kind: 'closed'; readonly report: FollowReport }
  | { readonly kind: 'marked'; readonly request: MarkRequest }
  /** Alerts that were routed, in the order in which they came. */
  | { readonly kind: 'alerted'; readonly batch: readonly Routed[] }
  /** A step enters or leaves a degraded mode. */
  | { readonly kind: 'moded'; readonly request: ModeRequest }
  | { readonly kind: 'commanded'; readonly command: FleetCommand }
  /** So many records wait for the journal that no more may be made; null: there is room again. */
  | { readonly kind: 'journal'; readonly backlog: { readonly waiting: number; readonly lost: number } | null }
  | { readonly kind: 'tick' }

/** Takes one event in; what stands afterwards decides which settings have emergency values. */
export const advance = (state: GuardState, event: GuardEvent, now: number, stages: readonly Stage[] = STAGES): Step =>
  andThen(takeIn(state, event, now, stages), (each) => adapt(each, now))

function takeIn(state: GuardState, event: GuardEvent, now: number, stages: readonly Stage[]): Step {
  switch (event.kind) {
    case 'observed':
      return andThen(observe(state, event.observation, now), (each) => dropStale(each, now))
    case 'matched':
      return event.trigger.kind === 'alert'
        ? decideAlerts(state, event.trigger, event.report, now, stages)
        : decide(state, event.trigger, event.report, now, stages)
    case 'alerted':
      return observeAlerts(state, event.batch, now)
    case 'launched':
      return launched(changeRun(state, event.workflowId, { runId: event.runId }), event.workflowId, now)
    case 'notLaunched':
      return notLaunched(state, event.workflowId, event.why, now)
    case 'taken':
      return taken(state, event.workflowId, now)
    case 'ended':
      return still(changeRun(state, event.message.workflowId, { said: event.message.result }))
    case 'closed':
      return close(state, event.report, now)
    case 'marked':
      return mark(state, event.request, now)
    case 'moded':
      return setMode(state, event.request, now)
    case 'commanded':
      return command(state, event.command, now)
    case 'journal':
      return hearOfJournal(state, event.backlog, now)
    case 'tick':
      return [endFreeze, tellOfLongModes, dropStale, release, look].reduce(
        (step, next) => andThen(step, (each) => next(each, now)),
        still(state),
      )
  }
}

const look = (state: GuardState, now: number): Step => ({ state, decisions: [], effects: lookAround(state, now) })

/** A run that was being started when its cluster was frozen is held, too. */
function launched(state: GuardState, workflowId: string, now: number): Step {
  const run = state.open.find((each) => each.workflowId === workflowId)
  return {
    state,
    decisions: [],
    effects: run === undefined ? [] : [...pauseFor(state, [run], now), ...tellResolvedLate(state, run, now)],
  }
}

const changeRun = (state: GuardState, workflowId: string, change: Partial<OpenEntry>): GuardState => ({
  ...state,
  open: state.open.map((run) => (run.workflowId === workflowId ? { ...run, ...change } : run)),
})

/** Corrects a decision: nothing new began. The lock stays with what runs under this id, and the follower frees it. */
function taken(state: GuardState, workflowId: string, now: number): Step {
  const run = state.open.find((each) => each.workflowId === workflowId)
  if (run === undefined) return still(state)
  const { target, runbook, trigger } = run
  const message = `Run \`${workflowId}\` was there already; this joins it.`
  return keep(state, { target, runbook, trigger, kind: 'joined', reason: 'already-there', message, workflowId }, now)
}

/** Takes a start back. The trigger's decision is corrected: whoever asked is told, and what stands is tried again later. */
function notLaunched(state: GuardState, workflowId: string, why: string, now: number): Step {
  const run = state.open.find((each) => each.workflowId === workflowId)
  if (run === undefined || run.closed !== null) return still(state)
  const message = `Temporal did not start \`${run.runbook}\` on \`${run.target}\`: ${why}`
  const result = { code: 'not-started', message, failure: null, left: [], startedAt: now, endedAt: now }
  const report: FollowReport = { workflowId, runId: '', status: 'COMPLETED', result: { ...result, outcome: 'refused' } }
  const { target, runbook, trigger } = run
  const corrected = {
    target,
    runbook,
    trigger,
    kind: 'refused',
    reason: 'not-started',
    message,
    workflowId: null,
  } as const
  const step = andThen(close(state, report, now), (each) => keep(each, corrected, now))
  // Not at once again: what refused it has to get its time.
  const targets = Object.fromEntries(
    Object.entries(step.state.targets).map(([name, known]) => [
      name,
      targetOf(state, name)?.startedIn === workflowId ? { ...known, lookAgainAt: now + LOOK_AGAIN_MS } : known,
    ]),
  )
  const symptoms = Object.fromEntries(
    Object.entries(step.state.symptoms).map(([symptom, known]) => [
      symptom,
      symptomOf(state, symptom)?.startedIn === workflowId ? { ...known, lookAgainAt: now + LOOK_AGAIN_MS } : known,
    ]),
  )
  const effects = step.effects.filter((effect) => effect.kind !== 'match')
  return { ...step, state: { ...step.state, targets, symptoms }, effects }
}

/** Leaves no record: there is no room for one. */
function hearOfJournal(state: GuardState, backlog: { waiting: number; lost: number } | null, now: number): Step {
  if (backlog === null) {
    if (state.unrecorded === null) return still(state)
    const text = 'The journal takes records again.'
    const next = { ...state, unrecorded: null, notes: keepLast(state.notes, { at: now, text }, KEPT.notes) }
    return { state: next, decisions: [], effects: lookAround(next, now) }
  }
  const gone = backlog.lost === 0 ? '' : `, and ${backlog.lost} older ones are lost`
  const text = `the journal cannot be written; ${backlog.waiting} records wait${gone}.`
  const next = { ...state, unrecorded: text }
  if (state.unrecorded !== null && (backlog.lost === 0 || state.unrecorded.includes('are lost'))) return still(next)
  const page = {
    kind: 'page',
    key: `${state.cluster}/journal/${now}`,
    message: `\`${state.cluster}\`: nothing starts by itself: ${text}`,
  } as const
  return {
    state: { ...next, notes: keepLast(state.notes, { at: now, text }, KEPT.notes) },
    decisions: [],
    effects: [page],
  }
}

function mark(state: GuardState, { target: name, desired, why, key }: MarkRequest, now: number): Step {
  if (state.marks.some((each) => each.key === key)) return still(state)
  const before = (targetOf(state, name) ?? createTarget('serving', false)).desired
  const marked: GuardState = {
    ...withTarget(state, name, { desired, lookAgainAt: 0, lastAnswer: null }),
    marks: keepLast(state.marks, { key, before }, KEPT.marks),
  }
  const record = {
    id: key,
    kind: 'mark',
    at: now,
    cluster: state.cluster,
    target: name,
    workflowId: null,
    body: { desired, before, why },
  } as const
  // What an alert was told may be another answer now.
  return { state: wakeAlerts(marked), decisions: [], effects: [{ kind: 'record', record }] }
}

/** Answers what a target was meant to be before the mark of this key. */
export const beforeMark = (state: GuardState, key: string): MarkRequest['desired'] | null =>
  state.marks.find((each) => each.key === key)?.before ?? null

/** Answers when time alone may change something: a grace, a freeze, a cooldown, a standing trigger, a mode. null: never. */
export function nextLook(state: GuardState): number | null {
  const releases = state.open.flatMap(({ closed }) => (closed === null ? [] : [closed.releaseAt]))
  const looks = Object.entries(state.targets).flatMap(([name, { lookAgainAt, startedIn }]) =>
    startedIn === null && lookAgainAt < NEVER && standingTrigger(state, name) !== null ? [lookAgainAt] : [],
  )
  const ends = state.freeze === null ? [] : [state.freeze.until]
  const symptoms = symptomLooks(state).filter((at) => at < NEVER)
  const others = [...queueLooks(state), ...alertLooks(state), ...modeLooks(state), ...adaptationLooks(state)]
  const moments = [...releases, ...looks, ...symptoms, ...ends, ...others]
  return moments.length === 0 ? null : Math.min(...moments)
}
