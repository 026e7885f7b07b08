// A detector without a memory takes over what was learned, before it starts anything.
// Invariant: an open run keeps its lock, and the illness it was started for starts no other.
import type { LearnReport, LearnedRun } from './recall.ts'
import { takeOver } from './mode-words.ts'
import { takeRoster } from './observe.ts'
import { keepLast, KEPT, targetOf, withTarget, type GuardState } from './state.ts'

/** Answers the state with everything that was learned. */
export function adopt(state: GuardState, report: LearnReport, now: number): GuardState {
  const { roster, targets, open, marks, decisions } = report
  const informed = withHeld(roster === null ? state : takeRoster(state, roster), report, now)
  const known = targets.reduce(
    (each, { name, desired, undoLater, ledgers, rungs, helpedAt }) =>
      withTarget(each, name, { undoLater, ledgers, rungs, helpedAt, ...(desired === null ? {} : { desired }) }),
    informed,
  )
  const booked = open.reduce(openAgain, { ...known, marks, decisions: decisions.slice(-KEPT.decisions) })
  const answered = decisions.flatMap(({ id, trigger }) =>
    trigger.kind === 'person' ? [{ requestId: trigger.requestId, decisionId: id }] : [],
  )
  const starts = decisions.filter(({ kind, at }) => kind === 'started' && at > now - 60_000).map(({ at }) => at)
  const marked = targets.filter(({ desired }) => desired !== null).length
  const text = `Began anew, with ${open.length} open run(s) and ${marked} marked target(s) found.`
  // The very first start finds nothing, and that is no news.
  const isNews = open.length > 0 || marked > 0
  return {
    ...booked,
    sequence: decisions.length,
    answered: answered.slice(-KEPT.answered),
    starts,
    // What a person has said to the new one already is the newer word.
    freeze: booked.freeze ?? report.freeze,
    notes: isNews ? keepLast(booked.notes, { at: now, text }, KEPT.notes) : booked.notes,
  }
}

/** What a person or a run has said of modes to the new one already is the newer word. */
function withHeld(state: GuardState, { standing = [], adapted = [] }: LearnReport, now: number): GuardState {
  if (standing.length === 0 && adapted.length === 0) return state
  const stamps = standing.flatMap(({ heldBy }) => heldBy.map(({ at }) => at))
  return {
    ...state,
    modes: takeOver(state.modes, standing),
    modeStamp: Math.max(state.modeStamp ?? 0, ...stamps),
    adapted: state.adapted ?? adapted,
    // What the state is cannot be seen yet: its time to go back begins now, and ends when it is seen again.
    adapting: {
      ...Object.fromEntries(adapted.map(({ because, since }) => [because, { since, overSince: now }])),
      ...state.adapting,
    },
  }
}

/** Takes a run back into the books. Its target is in the episode that it was started for, so nothing else starts in it. */
function openAgain(state: GuardState, { workflowId, runId, books }: LearnedRun): GuardState {
  if (state.open.some((run) => run.workflowId === workflowId)) return state
  const booked = { ...state, open: [...state.open, { ...books, workflowId, runId, said: null, closed: null }] }
  const { trigger, target } = books
  const own = withTarget(booked, target, { startedIn: workflowId })
  if (trigger.kind === 'person' || trigger.kind === 'schedule') return own
  return withTarget(own, trigger.target, {
    startedIn: workflowId,
    isIll: trigger.kind === 'verdict',
    since: targetOf(own, trigger.target)?.since ?? trigger.at,
  })
}
