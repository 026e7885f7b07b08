// Runs steps one after the other: what every step has, whatever its kind. `if`, time limit, failure, record, name.
import { evaluateCondition, ExpressionError } from '../../src/expressions/evaluate.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import type { OnFailure, Step } from '../../src/plan/plan.ts'
import type { StepRow } from '../../src/plan/run.ts'
import { askAboutFailure } from './ask-about-failure.ts'
import { askLeave, needsLeave } from './ask-leave.ts'
import { CANCELLED, NEXT, type Flow } from './flow.ts'
import { isHeld, waitUntilLetGo } from './pause.ts'
import { announce, nameOf, placeOf, scopeAt, type Place, type RunContext, type Surroundings } from './run-context.ts'
import { runKind } from './run-kind.ts'
import { addNote, closeFrame, decideOnce, isOpen, recordOf, setRow, type StepRecord } from './state.ts'
import { completed, failed, SKIPPED, type StepDone } from './step-done.ts'
import { rememberUndo } from './steps/act.ts'

/** Runs a block's steps in order until one does not go on. */
export async function runSteps(context: RunContext, steps: readonly Step[], around: Surroundings): Promise<Flow> {
  announce(around, steps)
  for (const step of steps) {
    const running = runStep(context, step, around)
    const flow = running instanceof Promise ? await running : running
    if (flow.kind !== 'next') return flow
  }
  return NEXT
}

/** Answers at once where a step has ended already: only what waits is a promise (decision 0205). */
function runStep(context: RunContext, step: Step, around: Surroundings): Flow | Promise<Flow> {
  const before = recordOf(around.frame, step.id)
  if (before !== undefined) return goOn(context, step, around, before)
  // A step that was open when its scope was cancelled is walked into again: a `finally` inside may be left to do.
  const wasOpen = isOpen(around.frame, step.id)
  if (context.host.isCancelled() && !wasOpen) return CANCELLED
  if (isHeld(context) && !wasOpen)
    return waitUntilLetGo(context).then((end) => (end === 'cancelled' ? CANCELLED : beginStep(context, step, around)))
  return beginStep(context, step, around)
}

function beginStep(context: RunContext, step: Step, around: Surroundings): Promise<Flow> {
  const at = placeOf(around, step.id)
  decideOnce(at.frame, 'started', () => context.host.now())
  return attempt(context, step, at).then(
    (done) => endStep(context, step, at, done),
    (error: unknown) => endStep(context, step, at, failedBy(error, at)),
  )
}

function endStep(context: RunContext, step: Step, at: Place, done: StepDone): Flow | Promise<Flow> {
  if (isParked(context, step, done))
    return untilLetGo(context, step, at, done).then((end) => closeStep(context, step, at, end))
  return closeStep(context, step, at, done)
}

/** Asks about a parked step, and tries it again, until it has ended or nobody is to be asked. */
async function untilLetGo(context: RunContext, step: Step, at: Place, failure: Failed): Promise<StepDone> {
  let done: StepDone = failure
  while (isParked(context, step, done)) {
    const answer = await answerFor(context, step, at, done)
    if (answer !== null) return answer
    done = await attempt(context, step, at).catch((error: unknown) => failedBy(error, at))
  }
  return done
}

function closeStep(context: RunContext, step: Step, at: Place, done: StepDone): Flow {
  const { around } = at
  const { flow } = done
  if (flow.kind !== 'next' && flow.kind !== 'failed') {
    showStopped(context, step, at, flow)
    return flow
  }
  const record = toRecord(done)
  showRecord(context, step, at, record)
  closeFrame(around.frame, step.id, record)
  return goOn(context, step, around, record)
}

/** Asks about a parked step. Answers what it ends with, or null where it is to be tried again. */
async function answerFor(context: RunContext, step: Step, at: Place, done: Failed): Promise<StepDone | null> {
  // A failure that waits for a person is remembered: going on from the state must not try again by itself.
  at.frame.choices['parked'] = done as unknown as Json
  const { failure } = done.flow
  const { code, message } = failure
  show(context, step, at, { status: 'waiting', attempts: done.attempts, code, message })
  const answer = await askAboutFailure(context, step, at, failure, retriesOf(at))
  if (answer.kind === 'done') return answer.done
  if (answer.kind === 'supplied') {
    if (step.kind === 'act') rememberUndo(context, step, at, answer.output)
    return completed(answer.output, done.attempts)
  }
  forgetAttempt(at)
  return null
}

type Failed = StepDone & { readonly flow: Flow & { readonly kind: 'failed' } }

const isParked = (context: RunContext, step: Step, done: StepDone): done is Failed =>
  done.flow.kind === 'failed' && onFailureOf(context, step, done.flow.failure) === 'park'

const retriesOf = ({ frame }: Place): number => (frame.choices['retries'] as number | undefined) ?? 0

/** A block that is tried again begins anew; an action keeps what a person gave it. */
function forgetAttempt({ frame }: Place): void {
  for (const question of Object.keys(frame.choices))
    if (!KEPT.has(question) && !question.startsWith('parked-')) delete frame.choices[question]
  for (const id of Object.keys(frame.records)) if (!id.startsWith('undone-')) delete frame.records[id]
  for (const id of Object.keys(frame.inner)) delete frame.inner[id]
}
const KEPT: ReadonlySet<string> = new Set(['started', 'if', 'retries', 'args'])

/**
 * Applies `if`, then runs the step inside its own time limit. Actions and polls carry theirs to the activity: no timer.
 * Why no `async` here: Temporal takes a stack trace of every promise in a workflow, a tenth of a millisecond each.
 */
function attempt(context: RunContext, step: Step, at: Place): Promise<StepDone> {
  const parked = at.frame.choices['parked'] as unknown as StepDone | undefined
  if (parked !== undefined) return Promise.resolve(parked)
  const condition = step.if
  try {
    if (
      condition !== null &&
      !decideOnce(at.frame, 'if', () => evaluateCondition(condition, scopeAt(context, at.around)))
    )
      return Promise.resolve(SKIPPED)
    const retries = retriesOf(at)
    show(context, step, at, { status: 'running', attempts: retries })
    const run = (): Promise<StepDone> => runInTime(context, step, at, retries)
    return needsLeave(context, step) ? askLeave(context, at).then((refusal) => refusal ?? run()) : run()
  } catch (error) {
    return Promise.resolve(failedBy(error, at))
  }
}

function runInTime(context: RunContext, step: Step, at: Place, retries: number): Promise<StepDone> {
  // What is inside a block that a person retried is new to the world, so its paths are too.
  const here = retries > 0 && !LEAVES.has(step.kind) ? { ...at, path: `${at.path}#${retries}` } : at
  const limitMs = CARRY_THEIR_LIMIT.has(step.kind) ? null : step.timeoutMs
  if (limitMs === null) return runKind(context, step, here, retries)
  const body = async (): Promise<StepDone> => {
    try {
      return await runKind(context, step, here, retries)
    } catch (error) {
      return failedBy(error, at)
    }
  }
  return withinLimit(context, at, limitMs, body)
}

async function withinLimit(
  context: RunContext,
  at: Place,
  limitMs: number,
  body: () => Promise<StepDone>,
): Promise<StepDone> {
  const deadline = decideOnce(at.frame, 'deadline', () => context.host.now() + limitMs)
  const scoped = context.host.scope(body, { timeoutMs: deadline - context.host.now(), cancelled: false })
  const { value, timedOut } = await scoped.result
  if (!timedOut || value.flow.kind !== 'cancelled') return value
  const message = `\`${at.path}\` did not end within its limit of ${limitMs} ms`
  return failed({ code: 'exhausted', message }, at.path, value.attempts)
}
const CARRY_THEIR_LIMIT: ReadonlySet<Step['kind']> = new Set(['act', 'waitUntil', 'approve', 'degrade', 'restore'])

/** An expression without a value is the runbook's failure, not a bug of the engine. */
function failedBy(error: unknown, { path }: Place): StepDone {
  if (error instanceof ExpressionError) return failed({ code: 'rejected', message: error.message }, path, 0)
  throw error
}

const LEAVES: ReadonlySet<Step['kind']> = new Set(['act', 'waitUntil', 'run', 'degrade', 'restore', 'undoLeft'])

/** An uncertain change always asks a person; else the step's own word, else who started the run decides. */
function onFailureOf(context: RunContext, step: Step, failure: Failure): OnFailure {
  if (failure.code === 'uncertain' && LEAVES.has(step.kind)) return 'park'
  if (step.onFailure !== null) return step.onFailure
  // While a run ends it has little time: a clean-up that fails is told at once.
  const ending = context.state.ending !== null
  return context.startedBy.kind === 'person' && LEAVES.has(step.kind) && !ending ? 'park' : 'abort'
}

function toRecord({ flow, output, attempts, skipped }: StepDone): StepRecord {
  if (flow.kind !== 'failed')
    return { status: skipped ? 'skipped' : 'completed', output, code: null, message: null, attempts }
  const { code, message, detail } = flow.failure
  return { status: 'failed', output, code, message, attempts, ...(detail === undefined ? {} : { detail }) }
}

/** What a recorded step means for what follows, and the name it gives to later expressions. */
function goOn(context: RunContext, step: Step, around: Surroundings, record: StepRecord): Flow {
  if (step.named) around.steps[step.id] = nameOf(record)
  if (record.status !== 'failed') return NEXT
  const { code, message, detail } = record
  const failure = { code, message: message ?? '', ...(detail === undefined ? {} : { detail }) } as Failure
  if (onFailureOf(context, step, failure) === 'continue') return NEXT
  return { kind: 'failed', failure, step: around.path === '' ? step.id : `${around.path}/${step.id}` }
}

function showRecord(context: RunContext, step: Step, at: Place, record: StepRecord): void {
  const { status, attempts, code, message } = record
  const now = context.host.now()
  if (status === 'failed') addNote(context.state, now, `${at.path}: ${message}`)
  show(context, step, at, { status, attempts, code, message, endedAt: now })
}

function showStopped(context: RunContext, step: Step, at: Place, flow: Flow): void {
  const status = flow.kind === 'ended' ? 'completed' : flow.kind === 'cancelled' ? 'cancelled' : 'failed'
  const code = flow.kind === 'ended' ? null : flow.kind
  const message = 'failure' in flow ? flow.failure.message : 'message' in flow ? flow.message : null
  show(context, step, at, { status, code, message, endedAt: context.host.now() })
}

function show(context: RunContext, step: Step, at: Place, row: Partial<StepRow> & Pick<StepRow, 'status'>): void {
  const startedAt = at.frame.choices['started'] as number
  const { status, attempts = 1, endedAt = null, code = null, message = null } = row
  setRow(context.state, { id: at.path, title: step.title, status, attempts, startedAt, endedAt, code, message })
  context.host.changed()
}
