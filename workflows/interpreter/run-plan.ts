// The whole life of a run: steps, undo where it is due, `finally`, verify, outcome. Every stage writes how it ended into the
// state before the next begins, so that a run that continues from the state never does a stage twice.
import type { JsonObject } from '../../src/plan/json.ts'
import type { VerifySpec } from '../../src/plan/plan.ts'
import type { RunInput, RunResult } from '../../src/plan/run.ts'
import { createEscalation, END, type Escalation } from './escalation.ts'
import { CANCELLED, NEXT, type Flow } from './flow.ts'
import type { Host, Scoped } from './host.ts'
import { endingOf, outcomeOf, wentWell } from './outcome.ts'
import { isObject, namesIn, scopeAt, type RunContext, type Surroundings } from './run-context.ts'
import { runSteps } from './run-steps.ts'
import { addNote, type Frame, type State } from './state.ts'
import { startVerifyRow } from './verify-row.ts'
import { undoAll } from './undo.ts'
import { namedIn } from './steps/wait-until.ts'

/** Undo and `finally` together get this long; what is not undone by then needs a person. */
export const ENDING_LIMIT_MS = 30 * 60 * 1000

export interface OpenRun {
  readonly result: Promise<RunResult>
  /** Cancels the run. Answers false where it is ending already, so that there is nothing left to cancel. */
  cancel(by: string, why: string | null): boolean
}

/** Starts a run, or goes on where the state says it was. */
export function startPlan(input: RunInput, workflowId: string, host: Host, state: State): OpenRun {
  const { plan, page = [] } = input
  const escalation = createEscalation({ host, state, levels: plan.escalate, page, who: workflowId })
  const context = contextOf(input, workflowId, escalation, state)
  const stage: { scoped: Scoped<unknown> | null; over: boolean } = { scoped: null, over: false }
  /** A stage that a person can cancel. */
  const cancellable = <T>(body: () => Promise<T>): Promise<T> => {
    const scoped = context.host.scope(body, { timeoutMs: null, cancelled: state.cancel !== null })
    stage.scoped = scoped
    return scoped.result.then(({ value }) => {
      stage.scoped = null
      return value
    })
  }
  const live = async (): Promise<RunResult> => {
    state.ending ??= await cancellable(() => stepsOf(context))
    if (!wentWell(state.ending)) await inTime(context, () => undoAll(context))
    // What there is nothing to do for is not awaited either (decision 0205).
    state.finallyFlow ??= input.plan.finally.length === 0 ? NEXT : await finallyOf(context)
    const verify = verifyDue(context)
    if (verify !== null) await verifyOf(context, verify, cancellable)
    stage.over = true
    if (isUndoneAfterAll(context)) await inTime(context, () => undoAll(context))
    return close(context, escalation)
  }
  return {
    result: live(),
    cancel(by, why) {
      if (stage.over || (state.ending !== null && !wentWell(state.ending)) || state.cancel !== null) return false
      state.cancel = { by, why }
      addNote(state, host.now(), `${by} cancelled the run${why === null ? '' : `: ${why}`}`)
      stage.scoped?.cancel()
      host.changed()
      return true
    },
  }
}

function contextOf(input: RunInput, workflowId: string, escalation: Escalation, state: State): RunContext {
  const { plan, planHash, startedBy, cluster, target } = input
  const run = {
    id: workflowId,
    runbook: plan.name,
    cluster,
    target,
    started_by: startedBy.kind,
    started_at: state.startedAt,
  }
  const roots: JsonObject = { ...(isObject(input.trigger) ? input.trigger : {}), inputs: input.inputs, run }
  const { host } = escalation
  const tellFailure: RunContext['tellFailure'] = (stage, message) => escalation.tellFailure(stage, message)
  return {
    plan,
    planHash,
    host,
    state,
    startedBy,
    roots,
    cluster,
    target,
    left: input.left ?? [],
    page: input.page ?? [],
    // A step of another run was reviewed with it.
    asksLeave: plan.automation !== 'auto' && startedBy.kind !== 'person' && input.parent === undefined,
    leave: { asked: null },
    runSteps,
    tellFailure,
  }
}

const top = (path: string, frame: Frame, steps: Surroundings['steps'] = {}): Surroundings => ({
  path,
  frame,
  steps,
  outer: null,
  extra: {},
})

const stepsOf = (context: RunContext): Promise<Flow> =>
  runSteps(context, context.plan.steps, top('', context.state.steps)).then((flow) =>
    // A change that ended well although it was to be cancelled is recorded, and the run is cancelled all the same.
    flow.kind !== 'unresolved' && context.host.isCancelled() ? CANCELLED : flow,
  )

/** Runs where no cancellation reaches, until the ending's own deadline. Answers null where that came first. */
async function inTime<T>(context: RunContext, body: () => Promise<T>): Promise<T | null> {
  const { host, state } = context
  state.endingDeadline ??= host.now() + ENDING_LIMIT_MS
  const timeoutMs = state.endingDeadline - host.now()
  const { value, timedOut } = await host.shielded(() => host.scope(body, { timeoutMs, cancelled: false }).result)
  return timedOut ? null : value
}

async function finallyOf(context: RunContext): Promise<Flow> {
  const { plan, state } = context
  const around = top('finally', state.finally, namesIn(plan.steps, state.steps))
  const flow = await inTime(context, () => runSteps(context, plan.finally, around))
  if (flow === null) return { kind: 'cancelled', message: '`finally` did not end in time.' }
  if (flow.kind === 'failed') addNote(state, context.host.now(), `finally failed: ${flow.failure.message}`)
  return flow
}

/** Answers what the run is still to be verified by; null where that is nothing. */
function verifyDue({ plan, state }: RunContext): VerifySpec | null {
  const { ending } = state
  if (ending === null || !wentWell(ending) || state.cancel !== null || state.verified !== null) return null
  return ending.kind === 'ended' && ending.outcome === 'recovered' ? null : plan.verify
}

async function verifyOf(
  context: RunContext,
  verify: VerifySpec,
  cancellable: <T>(body: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const { plan, state, host, cluster, target } = context
  const { that, withinMs, stableMs, everyMs } = verify
  const scope = namedIn(that, scopeAt(context, top('', state.steps, namesIn(plan.steps, state.steps))))
  const call = { that, withinMs, stableMs, everyMs, cluster, target, scope }
  const row = startVerifyRow(state, verify, host.now())
  host.changed()
  state.verified = await cancellable(() => host.verify('verify', row.title, call))
  // A report that came although the run was cancelled does not make it effective.
  if (state.cancel !== null) state.verified = { kind: 'cancelled' }
  row.end(state.verified, host.now())
  host.changed()
}

/** Whether a run whose steps went well is to be taken back: cancelled since, or ineffective where the runbook says so. */
function isUndoneAfterAll({ plan, state }: RunContext): boolean {
  if (state.ending === null || !wentWell(state.ending)) return false
  if (state.cancel !== null) return true
  return plan.verify?.onIneffective === 'undo' && endingOf(state).outcome === 'ineffective'
}

const TOLD: ReadonlySet<RunResult['outcome']> = new Set(['failed', 'ineffective', 'needs-human'])

async function close(context: RunContext, escalation: Escalation): Promise<RunResult> {
  const { state, host } = context
  const undoWasDue = state.ending === null || !wentWell(state.ending) || isUndoneAfterAll(context)
  const ending = outcomeOf(state, undoWasDue)
  const isTold = TOLD.has(ending.outcome) && context.plan.escalate.some(({ after }) => after.kind === 'failure')
  if (isTold) await escalation.tellFailure(END, ending.message)
  await escalation.close(isTold ? null : `${ending.outcome}: ${ending.message}`)
  const stuck = state.stuck.flatMap(({ entry }) => (entry === null ? [] : [entry]))
  const left = [...state.undo, ...stuck.toReversed()]
  return { ...ending, left, startedAt: state.startedAt, endedAt: host.now() }
}
