// The Host over Temporal. Each call of the interpreter is one ordinary activity, child or timer; control flow is none.
// Before a run grows too long nothing new begins: what is under way ends, and the run continues as new from its state.
import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  isCancellation,
  ParentClosePolicy,
  patched,
  proxyActivities,
  sleep,
  startChild,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow'
import type { Json } from '../src/plan/json.ts'
import { FAILURE_CODES, type Failure } from '../src/plan/manifest.ts'
import { planHash } from '../src/plan/hash.ts'
import type { ActionRef, Plan } from '../src/plan/plan.ts'
import {
  GRANT_MEMO,
  LIMITS,
  type ActionCall,
  type Grant,
  type NotifyCall,
  type NotifyForm,
  type NotifyReport,
  type Pause,
  type RunInput,
  type RunResult,
  type VerifyCall,
} from '../src/plan/run.ts'
import { bytesOf } from '../src/plan/size.ts'
import { endOfActivity } from './activity-failure.ts'
import { isOver, MARGIN_MS, optionsOf, retryOf, summaryOf } from './activity-options.ts'
import { endOfChild } from './child-end.ts'
import { deliverLater } from './deliver-later.ts'
import type { Gates } from './gates.ts'
import type { ActAnswer, ActRequest, ChildAnswer, Host, Told } from './interpreter/host.ts'
import type { Verified } from './interpreter/state.ts'
import type { OpenChildren } from './open-children.ts'
import { openScope } from './open-scope.ts'

export interface TemporalHost extends Host {
  /** The run has grown so long that it must continue as new. */
  isLong(): boolean
  /** No activity and no child is open. */
  isQuiet(): boolean
}

export interface TemporalHostOptions {
  readonly input: RunInput
  readonly gates: Gates
  readonly children: OpenChildren
  /** What holds this run now. */
  readonly pauses: () => readonly Pause[]
  /** What is shown to people is drawn anew here, at most once for each thing the run does. */
  readonly draw: () => void
  /** A gate opened or closed: memo and search attributes are told. */
  readonly gatesChanged: () => void
  /** Whether the run can be continued at all: its state must fit. */
  readonly canContinue: () => boolean
}

/** A worker that dies again and again under the same action is no accident. */
const LOST_TOLERATED = 20
// A wave of activities that is under way still adds its events before the run continues.
const EVENTS_MARGIN = 500

type Activities = Readonly<Record<string, (call: unknown) => Promise<unknown>>>

export function createTemporalHost({
  input,
  gates,
  children,
  pauses,
  draw,
  gatesChanged,
  canContinue,
}: TemporalHostOptions): TemporalHost {
  const { workflowId, firstExecutionRunId } = workflowInfo()
  const keyOf = (path: string): string => `${firstExecutionRunId}/${path}`
  let steps = 0
  let open = 0
  let isDirty = false
  const task = { at: -1, bytes: 0 }

  const isLong = (): boolean => {
    const { historyLength, continueAsNewSuggested } = workflowInfo()
    const long =
      steps >= LIMITS.stepsBeforeContinue - 1 ||
      historyLength >= LIMITS.eventsBeforeContinue - EVENTS_MARGIN ||
      continueAsNewSuggested
    return long && canContinue()
  }
  const redraw = (): void => {
    if (isDirty) draw()
    isDirty = false
  }
  /** Counts what begins; answers whether it must be held back, because the run is about to continue as new. */
  const isHeld = (): boolean => {
    redraw()
    steps++
    return isLong()
  }
  /** Nothing but cancellation ends this. */
  const hold = (): Promise<void> => condition(() => false)
  /** Sums what this workflow task sends: together it must fit one message (temporal.md §13.12). */
  const tooLarge = (bytes: number): Failure | null => {
    const { historyLength } = workflowInfo()
    if (task.at !== historyLength) Object.assign(task, { at: historyLength, bytes: 0 })
    if (bytes <= LIMITS.inputsBytes && task.bytes + bytes <= LIMITS.taskBytes) {
      task.bytes += bytes
      return null
    }
    const message =
      bytes > LIMITS.inputsBytes
        ? `Its arguments are ${bytes} bytes; the limit is ${LIMITS.inputsBytes}.`
        : `What begins at once is more than ${LIMITS.taskBytes} bytes; lower the concurrency.`
    return { code: 'exhausted', message }
  }
  const run = (stepId: string): ActionCall['run'] => ({
    workflowId,
    runbook: input.plan.name,
    cluster: input.cluster,
    target: input.target,
    stepId,
    startedBy: input.startedBy.kind === 'person' ? input.startedBy.name : input.startedBy.kind,
  })
  const schedule = (name: string, options: ActivityOptions, call: unknown): Promise<unknown> => {
    const activity = proxyActivities<Activities>(options)[name]
    if (activity === undefined) throw new Error(`no activity can be called \`${name}\``)
    return activity(call)
  }

  /** Why no `async`: of all that the host does this is what a run does most, and each promise is traced (decision 0205). */
  function act(request: ActRequest): Promise<ActAnswer> {
    const { path, operatorRetry, title, action, args, poll, retry } = request
    const id = operatorRetry === 0 ? path : `${path}#${operatorRetry}`
    const call: ActionCall = {
      args,
      idempotencyKey: keyOf(id),
      run: run(path),
      ...(poll === null ? {} : { poll }),
      ...(retry === null ? {} : { retry: retryOf(retry) }),
    }
    const startedAt = Date.now()
    /** Tries once more where only a worker was lost; `lost` counts them. */
    const attempt = (lost: number): Promise<ActAnswer> => {
      const spentMs = lost === 0 ? 0 : Date.now() - startedAt
      open++
      return schedule(action.name, optionsOf(request, id, title, spentMs), call).then(
        (output) => {
          open--
          return { kind: 'ok', output: (output ?? null) as Json, attempts: lost + 1 }
        },
        (error: unknown) => {
          open--
          return afterFailure(error, lost)
        },
      )
    }
    const afterFailure = (error: unknown, lost: number): ActAnswer | Promise<ActAnswer> => {
      if (isCancellation(error)) return { kind: 'cancelled' }
      const end = endOfActivity(error, action)
      if (end.kind === 'failed') return { ...end, attempts: lost + (end.attemptsSpent ? (retry?.attempts ?? 1) : 1) }
      if (lost < LOST_TOLERATED && !isOver(request, Date.now() - startedAt)) return attempt(lost + 1)
      const message = `Every worker that ran \`${action.name}\` died under it.`
      return { kind: 'failed', failure: { code: 'unavailable', message }, attempts: lost + 1 }
    }
    if (isHeld()) return hold().then(() => attempt(0), endedBy)
    const failure = tooLarge(bytesOf(call as unknown as Json))
    return failure === null ? attempt(0) : Promise.resolve({ kind: 'failed', failure, attempts: 0 })
  }
  const endedBy = (error: unknown): ActAnswer => {
    if (isCancellation(error)) return { kind: 'cancelled' }
    throw error
  }

  async function verify(path: string, title: string, call: VerifyCall): Promise<Verified> {
    const limitMs = call.withinMs + call.stableMs + MARGIN_MS
    try {
      if (isHeld()) await hold()
      const failure = tooLarge(bytesOf(call as unknown as Json))
      if (failure !== null) return { kind: 'failed', failure }
      const options = {
        activityId: path,
        summary: summaryOf(title),
        startToCloseTimeout: limitMs,
        scheduleToCloseTimeout: limitMs * 3,
        heartbeatTimeout: VERIFY.heartbeatMs,
        cancellationType: ActivityCancellationType.TRY_CANCEL,
        retry: {
          initialInterval: 1_000,
          nonRetryableErrorTypes: FAILURE_CODES.filter((code) => code !== 'unavailable'),
        },
      }
      open++
      try {
        return { kind: 'report', report: (await schedule('verify', options, call)) as VerifyReportOf }
      } finally {
        open--
      }
    } catch (error) {
      if (isCancellation(error)) return { kind: 'cancelled' }
      const end = endOfActivity(error, VERIFY)
      const lost: Failure = { code: 'unavailable', message: 'Every worker that verified died.' }
      return { kind: 'failed', failure: end.kind === 'failed' ? end.failure : lost }
    }
  }

  async function notify(path: string, to: readonly string[], message: string, form: NotifyForm): Promise<Told> {
    const { severity } = input.plan
    const call: NotifyCall = { to, message, idempotencyKey: keyOf(path), run: run(path), severity, form }
    try {
      if (isHeld()) await hold()
      const failure = tooLarge(bytesOf(call as unknown as Json))
      if (failure !== null) return { ...UNTOLD, problem: failure.message }
      const options = {
        activityId: path,
        summary: summaryOf(`Tell ${to.join(', ')}`),
        startToCloseTimeout: NOTIFY.attemptTimeoutMs,
        scheduleToCloseTimeout: NOTIFY.attemptTimeoutMs * 4,
        retry: { initialInterval: 1_000, maximumAttempts: 3 },
      }
      open++
      try {
        // Null in histories of before there was a report.
        const report = ((await schedule('notify', options, call)) ?? {}) as Partial<NotifyReport>
        const { pendingAt, heldUntil = null, paging = null } = report
        // Nobody calls again for what is told once.
        const isLeft = heldUntil !== null && (form === 'note' || form === 'end')
        if (pendingAt !== undefined) await deliverLater(call, pendingAt)
        else if (isLeft) await deliverLater(call, heldUntil)
        // Clocks differ: it is not asked again and again in the last moment of the night.
        const again = heldUntil === null || isLeft ? null : Math.max(heldUntil, Date.now() + SHORTEST_HOLD_MS)
        return { problem: null, paging, heldUntil: again }
      } catch (error) {
        if (isCancellation(error)) throw error
        // Its workers died under it, or none was there: it is told as soon as one is.
        if (patched('notification')) await deliverLater(call, Date.now())
        throw error
      } finally {
        open--
      }
    } catch (error) {
      if (isCancellation(error)) return { ...UNTOLD, problem: 'cancelled' }
      const end = endOfActivity(error, NOTIFY)
      return { ...UNTOLD, problem: end.kind === 'failed' ? end.failure.message : 'the worker died' }
    }
  }

  async function child(path: string, title: string, plan: Plan, inputs: RunInput['inputs']): Promise<ChildAnswer> {
    const { cluster, target, startedBy, trigger } = input
    const childId = `${workflowId}/${path}`
    const facts = { cluster, target, startedBy, trigger, parent: workflowId }
    const childInput: RunInput = { plan, planHash: planHash(plan), inputs, ...facts }
    const grant: Grant = { id: keyOf(path), workflowId: childId, issuedAt: Date.now() }
    try {
      if (isHeld()) await hold()
      const failure = sizeOfChild(childInput)
      if (failure !== null) return { kind: 'failed', failure }
      open++
      try {
        const handle = await startChild(plan.name, {
          workflowId: childId,
          args: [childInput],
          // A parent that is cancelled or gone lets its child take back what it did.
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          memo: { [GRANT_MEMO]: grant },
          staticSummary: summaryOf(title),
        })
        children.add(handle, pauses())
        try {
          return { kind: 'ended', result: (await handle.result()) as RunResult }
        } finally {
          children.remove(handle)
        }
      } finally {
        open--
      }
    } catch (error) {
      return endOfChild(error, plan.name)
    }
  }
  const sizeOfChild = (childInput: RunInput): Failure | null => {
    const bytes = bytesOf(childInput as unknown as Json)
    if (bytes <= LIMITS.planBytes) return null
    return { code: 'exhausted', message: `The child's input is ${bytes} bytes; the limit is ${LIMITS.planBytes}.` }
  }

  return {
    isLong,
    isQuiet: () => open === 0,
    now: () => Date.now(),
    act,
    verify,
    notify,
    child,
    async sleep(_path, ms, title) {
      redraw()
      try {
        await sleep(Math.max(1, Math.ceil(ms)), { summary: summaryOf(title) })
        return 'slept'
      } catch (error) {
        if (isCancellation(error)) return 'cancelled'
        throw error
      }
    },
    async hold(isOver, until, title) {
      redraw()
      try {
        await condition(isOver, Math.max(1, until - Date.now()), { summary: summaryOf(title) })
        return 'over'
      } catch (error) {
        if (isCancellation(error)) return 'cancelled'
        throw error
      }
    },
    async ask(request) {
      if (CancellationScope.current().consideredCancelled) return { kind: 'cancelled' }
      const leftMs = Math.ceil(request.deadlineAt - Date.now())
      if (leftMs <= 0) return { kind: 'deadline' }
      const gate = gates.open(request)
      gatesChanged()
      isDirty = true
      redraw()
      try {
        await condition(() => gate.answer !== null, leftMs, {
          summary: summaryOf(`Waits for a person: ${request.title}`),
        })
        return gate.answer ?? { kind: 'deadline' }
      } catch (error) {
        if (isCancellation(error)) return { kind: 'cancelled' }
        throw error
      } finally {
        gates.close(gate)
        gatesChanged()
        isDirty = true
      }
    },
    scope: openScope,
    shielded: (body) => CancellationScope.nonCancellable(body),
    isCancelled: () => CancellationScope.current().consideredCancelled,
    changed() {
      isDirty = true
    },
  }
}

const SHORTEST_HOLD_MS = 30_000
const UNTOLD = { paging: null, heldUntil: null } as const

type VerifyReportOf = Extract<Verified, { readonly kind: 'report' }>['report']

const VERIFY: ActionRef = {
  name: 'verify',
  effect: 'read',
  idempotency: 'yes',
  attemptTimeoutMs: 60_000,
  heartbeatMs: 10_000,
}
const NOTIFY: ActionRef = {
  name: 'notify',
  effect: 'read',
  idempotency: 'yes',
  attemptTimeoutMs: 15_000,
  heartbeatMs: 15_000,
}
