// Runs steps one after the other. The one switch over step kinds is here; what a kind does is in steps/<kind>.ts.
import { evaluateCondition, ExpressionError } from '../../src/expressions/evaluate.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import type { OnFailure, Step } from '../../src/plan/plan.ts'
import type { StepStatus } from '../../src/plan/run.ts'
import { NEXT, type Flow } from './flow.ts'
import { askAboutFailure } from './ask-about-failure.ts'
import { pathOf, scopeAt, type RunContext, type Surroundings } from './run-context.ts'
import { addNote, decideOnce, forgetInside, setRow, type StepRecord } from './state.ts'
import { runAct } from './steps/act.ts'
import { runApprove } from './steps/approve.ts'
import { runDo } from './steps/do.ts'
import { runForEach } from './steps/for-each.ts'
import { runManual } from './steps/manual.ts'
import { runModeChange } from './steps/mode-change.ts'
import { runNotify } from './steps/notify.ts'
import { runParallel } from './steps/parallel.ts'
import { runRepeat } from './steps/repeat.ts'
import { runChild } from './steps/run.ts'
import { runSet } from './steps/set.ts'
import { runSwitch } from './steps/switch.ts'
import { runTry } from './steps/try.ts'
import { runWait } from './steps/wait.ts'
import { runWaitUntil } from './steps/wait-until.ts'
import { endRun, failBlock } from './steps/endings.ts'

/** What a step's kind answers. `flow` other than `next` or `failed` ends more than the step. */
export interface StepDone {
  readonly flow: Flow
  readonly output: Json
  readonly attempts: number
}
export const completed = (output: Json = null, attempts = 1): StepDone => ({ flow: NEXT, output, attempts })
export const stopped = (flow: Flow, attempts = 1, output: Json = null): StepDone => ({ flow, output, attempts })
export const failed = (failure: Failure, step: string, attempts = 1, output: Json = null): StepDone =>
  stopped({ kind: 'failed', failure, step }, attempts, output)

/** Runs a block's steps in order until one does not go on. */
export async function runSteps(context: RunContext, steps: readonly Step[], around: Surroundings): Promise<Flow> {
  for (const step of steps) {
    const flow = await runStep(context, step, around)
    if (flow.kind !== 'next') return flow
  }
  return NEXT
}

async function runStep(context: RunContext, step: Step, around: Surroundings): Promise<Flow> {
  const path = pathOf(around, step.id)
  const recorded = context.state.records[path]
  if (recorded !== undefined) return goOn(context, step, around, path, recorded)
  const startedAt = decideOnce(context.state, `${path}?started`, () => context.host.now())
  const done = await wanted(context, step, around, path, startedAt)
  if (done.flow.kind !== 'next' && done.flow.kind !== 'failed') {
    show(
      context,
      step,
      path,
      startedAt,
      statusOfStop(done.flow),
      done.attempts,
      stopCode(done.flow),
      stopMessage(done.flow),
      true,
    )
    return done.flow
  }
  const record = toRecord(done)
  context.state.records[path] = record
  delete context.state.choices[`${path}?started`]
  forgetInside(context.state, path)
  show(context, step, path, startedAt, record.status, record.attempts, record.code, record.message, true)
  return goOn(context, step, around, path, record)
}

/** Applies `if`, then runs the step; a failure is asked about where the step says so. */
async function wanted(
  context: RunContext,
  step: Step,
  around: Surroundings,
  path: string,
  startedAt: number,
): Promise<StepDone> {
  const condition = step.if
  if (condition !== null) {
    try {
      const holds = decideOnce(context.state, `${path}?if`, () =>
        evaluateCondition(condition, scopeAt(context, around)),
      )
      if (!holds) return SKIPPED
    } catch (error) {
      return failed(expressionFailure(error), path, 0)
    }
  }
  for (;;) {
    const retries = (context.state.choices[`${path}?retries`] as number | undefined) ?? 0
    show(context, step, path, startedAt, 'running', retries, null, null, false)
    const done = await attempt(context, step, around, path, retries)
    if (done.flow.kind !== 'failed' || onFailureOf(context, step, done.flow.failure) !== 'park') return done
    show(
      context,
      step,
      path,
      startedAt,
      'waiting',
      done.attempts,
      done.flow.failure.code,
      done.flow.failure.message,
      false,
    )
    const answer = await askAboutFailure(context, step, path, done.flow.failure, retries)
    if (answer.kind === 'done') return answer.done
    context.state.choices[`${path}?retries`] = retries + 1
    if (answer.args !== null) context.state.choices[`${path}?args`] = answer.args
  }
}

/** Runs the step inside its own time limit. Actions and polls carry theirs to the activity: no timer, no events. */
async function attempt(
  context: RunContext,
  step: Step,
  around: Surroundings,
  path: string,
  retries: number,
): Promise<StepDone> {
  const body = (): Promise<StepDone> => runKind(context, step, around, path, retries)
  if (step.timeoutMs === null || step.kind === 'act' || step.kind === 'waitUntil' || step.kind === 'approve')
    return guarded(path, body)
  const limit = step.timeoutMs
  const { value, timedOut } = await context.host.scope(() => guarded(path, body), { timeoutMs: limit }).result
  if (!timedOut || value.flow.kind !== 'cancelled') return value
  return failed(
    { code: 'exhausted', message: `\`${path}\` did not end within its limit of ${limit} ms` },
    path,
    value.attempts,
  )
}

/** An expression without a value is the runbook's failure, not a bug of the engine. */
async function guarded(path: string, body: () => Promise<StepDone>): Promise<StepDone> {
  try {
    return await body()
  } catch (error) {
    return failed(expressionFailure(error), path, 0)
  }
}

function runKind(
  context: RunContext,
  step: Step,
  around: Surroundings,
  path: string,
  retries: number,
): Promise<StepDone> {
  switch (step.kind) {
    case 'act':
      return runAct(context, step, around, path, retries)
    case 'waitUntil':
      return runWaitUntil(context, step, around, path, retries)
    case 'wait':
      return runWait(context, step, around, path)
    case 'set':
      return runSet(context, step, around)
    case 'notify':
      return runNotify(context, step, around, path)
    case 'fail':
      return failBlock(context, step, around, path)
    case 'end':
      return endRun(context, step, around)
    case 'approve':
      return runApprove(context, step, around, path)
    case 'manual':
      return runManual(context, step, around, path)
    case 'do':
      return runDo(context, step, around, path)
    case 'parallel':
      return runParallel(context, step, around, path)
    case 'forEach':
      return runForEach(context, step, around, path)
    case 'switch':
      return runSwitch(context, step, around, path)
    case 'repeat':
      return runRepeat(context, step, around, path)
    case 'try':
      return runTry(context, step, around, path)
    case 'run':
      return runChild(context, step, around, path)
    case 'degrade':
    case 'restore':
      return runModeChange(context, step, around, path)
  }
}

const SKIPPED: StepDone = { flow: NEXT, output: { skipped: true }, attempts: 0 }

const LEAVES: ReadonlySet<Step['kind']> = new Set(['act', 'waitUntil', 'run', 'degrade', 'restore'])

/** An uncertain change always asks a person; else the step's own word, else who started the run decides. */
export function onFailureOf(context: RunContext, step: Step, failure: Failure): OnFailure {
  if (failure.code === 'uncertain' && step.kind === 'act') return 'park'
  if (step.onFailure !== null) return step.onFailure
  return context.startedBy.kind === 'person' && LEAVES.has(step.kind) ? 'park' : 'abort'
}

function toRecord(done: StepDone): StepRecord {
  if (done.flow.kind === 'failed') {
    const { code, message } = done.flow.failure
    return { status: 'failed', output: done.output, code, message, attempts: done.attempts }
  }
  const status: StepStatus = done === SKIPPED || isSkipped(done.output, done.attempts) ? 'skipped' : 'completed'
  return {
    status,
    output: status === 'skipped' ? null : done.output,
    code: null,
    message: null,
    attempts: done.attempts,
  }
}

const isSkipped = (output: Json, attempts: number): boolean =>
  attempts === 0 && typeof output === 'object' && output !== null && 'skipped' in output

/** What a recorded step means for what follows, and the name it gives to later expressions. */
function goOn(context: RunContext, step: Step, around: Surroundings, path: string, record: StepRecord): Flow {
  if (step.named) {
    const { status, output, code, attempts } = record
    around.steps[step.id] = { status, ok: status === 'completed', code, output, attempts, ...resultsOf(output) }
  }
  if (record.status !== 'failed') return NEXT
  const failure = { code: record.code, message: record.message ?? '' } as Failure
  if (onFailureOf(context, step, failure) === 'continue') return NEXT
  return { kind: 'failed', failure, step: path }
}

// `steps.EACH.results[i]` is a forEach's own word (rules.md, Values and scope).
const resultsOf = (output: Json): { readonly results?: Json } =>
  typeof output === 'object' && output !== null && !Array.isArray(output) && 'results' in output
    ? { results: (output as { readonly results: Json }).results }
    : {}

export function expressionFailure(error: unknown): Failure {
  if (error instanceof ExpressionError) return { code: 'rejected', message: error.message }
  throw error
}

const statusOfStop = (flow: Flow): StepStatus =>
  flow.kind === 'ended' ? 'completed' : flow.kind === 'cancelled' ? 'cancelled' : 'failed'
const stopCode = (flow: Flow): string | null => (flow.kind === 'ended' ? null : flow.kind)
const stopMessage = (flow: Flow): string | null =>
  'message' in flow ? flow.message : 'failure' in flow ? flow.failure.message : null

function show(
  context: RunContext,
  step: Step,
  path: string,
  startedAt: number,
  status: StepStatus,
  attempts: number,
  code: string | null,
  message: string | null,
  ended: boolean,
): void {
  const endedAt = ended ? context.host.now() : null
  setRow(context.state, { id: path, title: step.title, status, attempts, startedAt, endedAt, code, message })
  if (ended && status === 'failed' && message !== null)
    addNote(context.state, context.host.now(), `${path}: ${message}`)
  context.host.changed()
}
