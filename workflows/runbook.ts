// One run of one plan, under the runbook's own name as workflow type. Reads as its life: check, grant, run, tell, close.
// What a plan does is in interpreter/; what people may say is in gates.ts. Read next: temporal-host.ts.
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { EndedMessage, GrantReply, GrantRequest } from '../src/guard/protocol.ts'
import { detectorId } from '../src/plan/ids.ts'
import type { Json } from '../src/plan/json.ts'
import {
  LIMITS,
  RESOLVED_SIGNAL,
  STATE_QUERY,
  VERBS,
  type RunInput,
  type RunResult,
  type RunState,
  type RunVerb,
  type Verb,
  type VerbMessage,
} from '../src/plan/run.ts'
import { bytesOf } from '../src/plan/size.ts'
import { capResult } from './cap-result.ts'
import { checkInput, hasGrant, isGranted, stateFrom } from './check-input.ts'
import { detailsOf } from './details.ts'
import { createGates, isRunVerb, type Gates } from './gates.ts'
import { ackRun, calm, GOES_ON, hasChanged, pauseRun, pausesAt, resumeRun } from './interpreter/pause.ts'
import { startPlan, type OpenRun } from './interpreter/run-plan.ts'
import { addNote, newState, rowsOf, type State } from './interpreter/state.ts'
import { createOpenChildren } from './open-children.ts'
import { recordEnd, recordGates, recordStart } from './run-records.ts'
import { createWordRecorder, type WordRecorder } from './record-word.ts'
import { createTemporalHost } from './temporal-host.ts'

const DESCRIPTIONS: Readonly<Record<Verb, string>> = {
  approve: 'Approve what a gate shows: {"gate","hash","by","why"}. The first 8 characters of the hash are enough.',
  reject: 'Reject what a gate shows; the run takes back what it did: {"gate","hash","by","why"}.',
  retry: 'Run a failed step again, with other arguments in "value" if you like: {"gate","hash","by","value"}.',
  skip: 'Go on without a failed step: {"gate","hash","by","why"}.',
  supply: 'You did it by hand; "value" stands for the output: {"gate","hash","by","value"}.',
  cancel: 'End the run at any time and take back what it did: {"by","why"}.',
  pause: 'Hold the run before its next step, for 4 h or until "until" (epoch ms): {"by","why","until"}.',
  resume: 'Let a paused run go on: {"by","why"}.',
  ack: 'You are on it; the escalation calls nobody else: {"by"}.',
}

/** The default workflow: every runbook name is a workflow type. */
export default function runbook(input: RunInput): Promise<RunResult> {
  checkInput(input)
  const root = CancellationScope.current()
  // Everything runs where Temporal's cancel does not reach; it is one more way to say `cancel`.
  return CancellationScope.nonCancellable(() => live(input, root))
}

async function live(input: RunInput, root: CancellationScope): Promise<RunResult> {
  const before = stateFrom(input)
  const state = before ?? newState(Date.now())
  const gates = createGates()
  const children = createOpenChildren()
  const { workflowId } = workflowInfo()
  const end: { run: OpenRun | null; result: RunResult | null } = { run: null, result: null }

  const cancel = (by: string, why: string | null): string | null => {
    if (end.run === null) state.cancel ??= { by, why }
    else if (!end.run.cancel(by, why)) return 'The run is ending already; there is nothing left to cancel.'
    return null
  }
  const draw = (): void => setCurrentDetails(detailsOf(workflowId, state, gates.list(), end.result))
  const toRun: Readonly<Record<RunVerb, (message: VerbMessage) => string | null>> = {
    cancel: ({ by, why = null, ifUnchanged }) =>
      ifUnchanged === true && hasChanged(state) ? GOES_ON : cancel(by, why),
    pause(message) {
      const refusal = pauseRun(state, message, Date.now())
      if (refusal === null) children.hold((state.pauses ?? []).slice(-1))
      return refusal
    },
    resume(message) {
      const refusal = resumeRun(state, message, Date.now())
      if (refusal === null) children.letGo(message)
      return refusal
    },
    ack: (message) => ackRun(state, message, Date.now()),
  }
  const words = createWordRecorder(input)
  listen(state, gates, toRun, words, draw)
  setHandler(defineSignal(RESOLVED_SIGNAL), () => calm(state, Date.now()), {
    description: 'Of the detector: what the run was started for is gone; nobody has to be called.',
  })
  setHandler(defineQuery<RunState>(STATE_QUERY), () => stateOf(input, state, gates, end.result), {
    description: 'Steps, gates, notes and result of this run.',
  })
  root.cancelRequested.catch(() => cancel('Request Cancellation in Temporal', null))

  if (before === null) {
    recordStart(input)
    if (!isGranted()) {
      const refusal = await askForGrant(input, state)
      if (refusal !== null) return await close(input, refusal, root, end, draw)
    }
  }
  const canContinue = createSizeGuard(input, state)
  const host = createTemporalHost({
    ...{ input, gates, children, draw, canContinue },
    pauses: () => pausesAt(state, Date.now()),
    gatesChanged: () => recordGates(gates.list()),
  })
  end.run = startPlan(input, workflowId, host, state)
  const mustContinue = (): boolean => host.isLong() && host.isQuiet() && words.isIdle() && allHandlersFinished()
  // A bug of ours rejects: the workflow task fails and waits for a fix; the run loses nothing.
  const result = await Promise.race([end.run.result, condition(mustContinue)])
  if (!words.isIdle()) await words.whenIdle()
  if (result !== undefined) return await close(input, result, root, end, draw)
  return await continueAsNew<typeof runbook>({ ...input, state: state as unknown as Json })
}

/** Registers every verb as an update, refused before it leaves an event, and as a signal, refused with a note. */
function listen(
  state: State,
  gates: Gates,
  toRun: Readonly<Record<RunVerb, (message: VerbMessage) => string | null>>,
  words: WordRecorder,
  draw: () => void,
): void {
  /** Answers null, or why the verb was refused. */
  const say = (verb: Verb, message: unknown): string | null => {
    const judgement = gates.say(verb, message, Date.now())
    if (judgement.kind === 'refused') return judgement.sentence
    if (!isRunVerb(verb)) return null
    const sentence = toRun[verb](judgement.message)
    if (sentence === null && verb !== 'cancel') {
      draw()
      words.add(verb, judgement.message)
    }
    return sentence
  }
  const refuse = (sentence: string): never => {
    throw ApplicationFailure.nonRetryable(sentence, 'refused')
  }
  for (const verb of VERBS) {
    const description = DESCRIPTIONS[verb]
    setHandler(
      defineUpdate<string, [VerbMessage]>(verb),
      (message) => {
        // Another vote of the same task may have come first; then this one is too late, and says so.
        const sentence = say(verb, message)
        return sentence === null ? `Accepted: ${verb}.` : refuse(sentence)
      },
      {
        description,
        validator: (message) => {
          const judgement = gates.judge(verb, message, Date.now())
          if (judgement.kind === 'refused') refuse(judgement.sentence)
        },
      },
    )
    setHandler(
      defineSignal<[VerbMessage]>(verb),
      (message) => {
        const sentence = say(verb, message)
        if (sentence === null) return
        addNote(state, Date.now(), `refused ${verb}: ${sentence}`)
        draw()
      },
      { description },
    )
  }
}

/** A run that was started past the detector asks for leave. Answers null, or the result of a run without it. */
async function askForGrant(input: RunInput, state: State): Promise<RunResult | null> {
  const { workflowId, runId } = workflowInfo()
  const { plan, planHash, target, startedBy } = input
  const request: GrantRequest = {
    workflowId,
    runId,
    runbook: plan.name,
    planHash,
    target,
    lock: plan.guard.lock === null ? null : target,
    guard: plan.guard,
    startedBy,
    automation: plan.automation,
  }
  const activities = proxyActivities<{ grant(request: GrantRequest): Promise<GrantReply> }>({
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: '60s',
    retry: { initialInterval: '1s', maximumAttempts: 3 },
  })
  const refused = (code: string, message: string): RunResult => ({
    outcome: 'refused',
    code,
    message,
    failure: null,
    left: [],
    startedAt: state.startedAt,
    endedAt: Date.now(),
  })
  try {
    const summary = `Ask the detector of ${input.cluster} for leave`
    const reply = await activities.grant.executeWithOptions({ activityId: 'grant', summary }, [request])
    return reply.granted ? null : refused(reply.reason, reply.message)
  } catch (error) {
    if ((error as Error).name !== 'ActivityFailure') throw error
    const why = (error as Error & { readonly cause?: Error }).cause?.message ?? 'no answer'
    return refused('no-grant', `The detector of \`${input.cluster}\` could not be asked for leave: ${why}`)
  }
}

/** Tells how it ended, where it is looked for. Completed, whatever the outcome, but for Temporal's own cancel (decision 0203). */
async function close(
  input: RunInput,
  full: RunResult,
  root: CancellationScope,
  end: { result: RunResult | null },
  draw: () => void,
): Promise<RunResult> {
  const result = capResult(full)
  end.result = result
  draw()
  const isCancelled = result.outcome === 'cancelled' && root.consideredCancelled
  recordEnd(result, isCancelled)
  if (hearsOnlyBySignal(result)) await tellDetector(input.cluster, result)
  if (!allHandlersFinished()) await condition(allHandlersFinished)
  if (isCancelled) throw new CancelledFailure(result.message)
  return result
}

/** Whether the detector is not the one that started this run, which hears its end by itself. */
const hearsOnlyBySignal = ({ outcome }: RunResult): boolean =>
  workflowInfo().parent === undefined && !hasGrant() && outcome !== 'refused'

/**
 * Tells the detector. For latency, not for truth:
 * a detector that is not there is no failure of the run.
 * Why it waits: the server drops a signal whose sender closes in the same task. That is five events, so only then.
 */
async function tellDetector(cluster: string, result: RunResult): Promise<void> {
  const { workflowId, runId } = workflowInfo()
  const message: EndedMessage = { workflowId, runId, result }
  const detector = getExternalWorkflowHandle(detectorId(cluster))
  await detector.signal(defineSignal<[EndedMessage]>('ended'), message).catch(() => {})
}

/** Whether the state still fits into the start of a next run; looked at again only once the history has grown. */
function createSizeGuard(input: RunInput, state: State): () => boolean {
  const seen = { at: -1, fits: true }
  return () => {
    const { historyLength } = workflowInfo()
    if (seen.at !== historyLength) {
      const bytes = bytesOf(state as unknown as Json) + bytesOf(input.plan as unknown as Json)
      Object.assign(seen, { at: historyLength, fits: bytes <= LIMITS.taskBytes })
    }
    return seen.fits
  }
}

function stateOf(input: RunInput, state: State, gates: Gates, result: RunResult | null): RunState {
  const { plan, planHash, cluster, target, startedBy } = input
  const { startedAt, notes } = state
  return {
    v: 1,
    runbook: plan.name,
    planHash,
    cluster,
    target,
    startedAt,
    startedBy,
    steps: rowsOf(state),
    gates: gates.list(),
    notes,
    result,
    pauses: pausesAt(state, Date.now()),
    acked: state.acked ?? null,
  }
}
