// Who waits in line for a lock: the more severe first, then who waits longer. What waits too long, or whose cause is gone, is
// dropped by name. An entry counts only while its last answer was `queued`, so that nothing that is held for another reason
// stands in anybody's way.
import { coversOf } from './covers.ts'
import { keep } from './keep.ts'
import { standingTrigger } from './observe.ts'
import { rankOf } from './preempt.ts'
import type { Candidate, Trigger } from './protocol.ts'
import type { Stage } from './stages.ts'
import { keepLast, overlap, type GuardState, type QueueEntry } from './state.ts'
import { andThen, still, type Step } from './step.ts'
import { standingSymptom } from './symptoms.ts'

/** Whoever waited this long has waited for something else than a short run. */
export const STALE_MS = 900_000
const KEPT_ENTRIES = 500

/** What is the same question: one match at a time for it, one place in line. */
export const keyOf = (trigger: Trigger): string => {
  if (trigger.kind === 'person') return trigger.requestId
  if (trigger.kind === 'alert') return `alert ${trigger.runbook} ${trigger.target}`
  return 'symptom' in trigger ? trigger.symptom : `${trigger.kind} ${trigger.target}`
}

type Waiting = Pick<Candidate, 'target' | 'lock' | 'covers'> & {
  readonly plan: Pick<Candidate['plan'], 'name'> & Partial<Pick<Candidate['plan'], 'severity'>>
}

/** Puts a trigger in line; one that is there keeps its place. */
export function enqueue(state: GuardState, trigger: Trigger, candidate: Waiting, now: number): GuardState {
  const key = keyOf(trigger)
  if (state.queue.some((entry) => entry.key === key && entry.runbook === candidate.plan.name)) return state
  const { target, plan } = candidate
  const entry: QueueEntry = {
    key,
    trigger,
    target,
    runbook: plan.name,
    severity: plan.severity ?? 'low',
    covers: coversOf(candidate),
    since: now,
  }
  return { ...state, queue: keepLast(leave(state, trigger).queue, entry, KEPT_ENTRIES) }
}

/** Takes a trigger out of the line. */
export const leave = (state: GuardState, trigger: Trigger): GuardState =>
  state.queue.some(({ key }) => key === keyOf(trigger))
    ? { ...state, queue: state.queue.filter(({ key }) => key !== keyOf(trigger)) }
    : state

/** Lets nobody pass who waits for the same lock and is more severe, or as severe and there before. */
export const isNextInLine: Stage = ({ state, trigger, candidate, now }) => {
  const covers = coversOf(candidate)
  const since = state.queue.find(({ key }) => key === keyOf(trigger))?.since ?? now
  const rank = rankOf(candidate.plan.severity)
  const before = state.queue.find(
    (entry) =>
      entry.key !== keyOf(trigger) &&
      now - entry.since < STALE_MS &&
      overlap(entry.covers, covers) &&
      (rankOf(entry.severity) > rank || (rankOf(entry.severity) === rank && entry.since < since)),
  )
  if (before === undefined) return null
  const message = `\`${before.runbook}\` on \`${before.target}\` (${before.severity}) is before it in line.`
  return { kind: 'held', reason: 'queued', message }
}

/** Drops by name what waited too long or has nothing to wait for any more. */
export function dropStale(state: GuardState, now: number): Step {
  const stale = state.queue.filter((entry) => whyStale(state, entry, now) !== null)
  return stale.reduce((step, entry) => andThen(step, (each) => drop(each, entry, now)), still(state))
}

function whyStale(state: GuardState, { trigger, since }: QueueEntry, now: number): string | null {
  if (now - since >= STALE_MS) return 'it has waited for 15 min'
  return isGone(state, trigger, now) ? 'its cause is gone' : null
}

function isGone(state: GuardState, trigger: Trigger, now: number): boolean {
  if (trigger.kind === 'person') return false
  if ('symptom' in trigger) return standingSymptom(state, trigger.symptom, now) === null
  return standingTrigger(state, trigger.target)?.kind !== trigger.kind
}

function drop(state: GuardState, entry: QueueEntry, now: number): Step {
  const { target, runbook, trigger } = entry
  const why = whyStale(state, entry, now) ?? ''
  const message = `\`${runbook}\` on \`${target}\` waited in line and is dropped: ${why}.`
  const left = leave(state, trigger)
  const waiting = left.waiting.filter((each) => keyOf(each) !== entry.key)
  return keep(
    { ...left, waiting },
    { target, runbook, trigger, kind: 'refused', reason: 'stale', message, workflowId: null },
    now,
  )
}

/** When time alone drops the next one. */
export const queueLooks = ({ queue }: Pick<GuardState, 'queue'>): readonly number[] =>
  queue.map(({ since }) => since + STALE_MS)
