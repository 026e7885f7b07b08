// The detector: one per cluster, the single writer of everything that must be decided once. Observations, requests and
// closes come in; the guard (src/guard, pure) decides; runs, records and pages go out. Heartbeats never come here.
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import { isAlert } from '../src/guard/alerts.ts'
import { replyTo } from '../src/guard/command.ts'
import { answerTo, grant } from '../src/guard/decide.ts'
import { adopt } from '../src/guard/adopt.ts'
import { advance, beforeMark, nextLook, type GuardEvent } from '../src/guard/guard.ts'
import { replyToStep } from '../src/guard/modes.ts'
import { FLEET_VERBS, type FleetCommand, type FleetReply, type FleetVerb } from '../src/guard/protocol.ts'
import type {
  Alert,
  AlertBatch,
  DetectorInput,
  DetectorState,
  EndedMessage,
  GrantReply,
  GrantRequest,
  MarkReply,
  MarkRequest,
  ModeReply,
  ModeRequest,
  Observation,
  RecordEntry,
  StartReply,
  StartRequest,
  Trigger,
  WatchCheckpoint,
} from '../src/guard/protocol.ts'
import { createGuardState, reviveGuardState, toDetectorState, type GuardState } from '../src/guard/state.ts'
import { keyOf } from '../src/guard/queue.ts'
import type { Effect, Step } from '../src/guard/step.ts'
import type { Json } from '../src/plan/json.ts'
import {
  LIMITS,
  RESOLVED_SIGNAL,
  STATE_QUERY,
  type NotifyCall,
  type RunInput,
  type VerbMessage,
} from '../src/plan/run.ts'
import { bytesOf } from '../src/plan/size.ts'
import { learn, matchForPerson, matchStanding, notify } from './detector/activities.ts'
import { deliverLater } from './deliver-later.ts'
import { currentDetails } from './detector/current-details.ts'
import { followRuns } from './detector/follower.ts'
import { launch, type StartOrder } from './detector/launch.ts'
import { createRecorder, type Recorder } from './detector/recorder.ts'
import { createRouter } from './detector/router.ts'
import { demandGrant, demandMark, demandMode, demandStart, isEnded, observationsIn } from './detector/shapes.ts'
import { createWatchers } from './detector/watchers.ts'

export const observedSignal = defineSignal<[readonly Observation[]]>('observed')
export const alertedSignal = defineSignal<[AlertBatch]>('alerted')
export const endedSignal = defineSignal<[EndedMessage]>('ended')
export const startUpdate = defineUpdate<StartReply, [StartRequest]>('start')
export const grantUpdate = defineUpdate<GrantReply, [GrantRequest]>('grant')
export const markUpdate = defineUpdate<MarkReply, [MarkRequest]>('mark')
export const setModeUpdate = defineUpdate<ModeReply, [ModeRequest]>('setMode')
export const stateQuery = defineQuery<DetectorState>(STATE_QUERY)

/** What one run of the detector hands to the next. */
interface Carried {
  readonly guard: GuardState
  readonly records: readonly RecordEntry[]
  readonly learned: readonly (WatchCheckpoint | null)[]
  readonly shards: number
  /** Alerts that were not routed yet. */
  readonly unrouted?: readonly Alert[]
}

// Well before the 4,096 events at which a history is called long; sooner where nothing is open that would have to be
// followed afterwards.
const EVENTS = LIMITS.eventsBeforeContinue * 0.75
const SOONER = 0.5
const SHORTEST_WAIT_MS = 1_000
const LEARNED_BYTES = 500_000
/** A person is not kept waiting for what a new detector still has to learn. */
const LEARN_WITHIN_MS = 5_000
/** What is on its way is routed before the detector continues as new, as far as that is a matter of moments. */
const ROUTED_WITHIN_MS = 5_000
const UNROUTED_BYTES = 300_000

export async function detector(input: DetectorInput): Promise<void> {
  const { cluster } = input
  const carried = (input.state ?? null) as unknown as Carried | null
  let state = carried === null ? createGuardState(cluster, input.targets) : reviveGuardState(carried.guard)
  let hasLearned = carried !== null
  let shards = carried?.shards ?? 1
  const children = new Set<string>()
  const launching = new Set<string>()
  const matching = new Set<string>()
  const recorder: Recorder = createRecorder(carried?.records ?? [], () => {
    const backlog = recorder.backlog()
    if (backlog !== null || state.unrecorded !== null) void apply({ kind: 'journal', backlog })
  })
  const router = createRouter(cluster, carried?.unrouted ?? [], (batch) => void apply({ kind: 'alerted', batch }))
  const watchers = createWatchers(cluster, carried?.learned ?? [])

  /** Takes an event into the books and sets its effects going; resolves when the runs it starts are started. */
  const apply = (event: GuardEvent): Promise<void> => enact(advance(state, event, Date.now()))

  async function enact(step: Step): Promise<void> {
    state = step.state
    setCurrentDetails(currentDetails(state))
    await Promise.all(step.effects.map(carryOut))
  }

  async function carryOut(effect: Effect): Promise<void> {
    switch (effect.kind) {
      case 'match':
        return void matchAndDecide(effect.trigger, effect.probe === true)
      case 'start':
        return start(effect)
      case 'record':
        return recorder.add(effect.record)
      case 'say':
        return void sayToRun(effect)
      case 'calm':
        return void calmRun(effect.workflowId)
      case 'page':
        return void page(effect.key, effect.message)
    }
  }

  async function matchAndDecide(trigger: Trigger, probe: boolean): Promise<void> {
    const key = keyOf(trigger)
    if (matching.has(key)) return
    matching.add(key)
    try {
      const report = await matchStanding({ cluster, trigger, ...(probe ? { probe } : {}) })
      await apply({ kind: 'matched', trigger, report })
    } catch (error) {
      log.warn('matching failed; what still stands is matched again', { key, error })
    } finally {
      matching.delete(key)
    }
  }

  async function start(order: StartOrder): Promise<void> {
    const { workflowId } = order
    launching.add(workflowId)
    const input: RunInput = state.page.length === 0 ? order.input : { ...order.input, page: state.page }
    const launched = await launch({ ...order, input })
    launching.delete(workflowId)
    switch (launched.kind) {
      case 'started':
        children.add(workflowId)
        void launched.closed.then((report) => {
          children.delete(workflowId)
          if (report !== null) return apply({ kind: 'closed', report })
        })
        return apply({ kind: 'launched', workflowId, runId: launched.runId })
      case 'taken':
        return apply({ kind: 'taken', workflowId })
      case 'failed':
        log.error('a run could not be started', { workflowId, why: launched.why })
        return apply({ kind: 'notLaunched', workflowId, why: launched.why })
    }
  }

  async function page(key: string, message: string): Promise<void> {
    // Where the inventory names nobody, every channel is used; before there were channels, nothing was.
    if (state.page.length === 0 && !patched('page-to-nobody'))
      return log.warn('the inventory names nobody who could be told', { key, message })
    const run = {
      workflowId: workflowInfo().workflowId,
      runbook: 'detector',
      cluster,
      target: cluster,
      stepId: key,
      startedBy: 'detector',
    }
    await tellPeople({ to: state.page, message, idempotencyKey: key, run, form: 'page' })
  }

  setHandler(
    observedSignal,
    async (batch) => {
      await condition(() => hasLearned)
      for (const observation of observationsIn(batch)) {
        if (observation.kind === 'shards') watchers.resize((shards = Math.max(shards, observation.count)))
        else void apply({ kind: 'observed', observation })
      }
    },
    { description: 'What `watch` saw change' },
  )
  setHandler(
    alertedSignal,
    async (batch) => {
      const { alerts, lost } = (batch ?? {}) as Partial<AlertBatch>
      const given: readonly unknown[] = Array.isArray(alerts) ? alerts : []
      router.add(given.filter(isAlert))
      if (typeof lost !== 'object' || lost === null) return
      await condition(() => hasLearned)
      void page(`${cluster}/lost/${lost.delivery}`, sentenceOfLost(lost))
    },
    { description: 'Alerts from intake' },
  )
  setHandler(
    endedSignal,
    async (message) => {
      await condition(() => hasLearned)
      if (isEnded(message)) await apply({ kind: 'ended', message })
    },
    { description: "A run's last word" },
  )

  /** Fails: ApplicationFailure `unavailable`, where what runs already is not known yet. */
  async function untilLearned(): Promise<void> {
    if (hasLearned || (await condition(() => hasLearned, LEARN_WITHIN_MS))) return
    const sentence = `The detector of \`${cluster}\` is new and still learns which runs are open; ask again in a moment.`
    throw ApplicationFailure.nonRetryable(sentence, 'unavailable')
  }

  setHandler(
    startUpdate,
    async ({ runbook, inputs, by, requestId, overrideFreeze }) => {
      await untilLearned()
      const override = overrideFreeze === undefined ? {} : { overrideFreeze }
      const trigger: Trigger = { kind: 'person', runbook, inputs, by, at: Date.now(), requestId, ...override }
      if (answerTo(state, requestId) === null) {
        const report = await matchForPerson({ cluster, trigger })
        await apply({ kind: 'matched', trigger, report })
      }
      const decision = answerTo(state, requestId)
      if (decision === null) throw ApplicationFailure.nonRetryable('the decision is no longer kept', 'exhausted')
      const run = state.open.find(({ workflowId }) => workflowId === decision.workflowId)
      return { decision, workflowId: decision.workflowId, runId: run?.runId || null }
    },
    {
      description: 'Ask for a run of a runbook',
      validator: demandStart,
    },
  )
  setHandler(
    grantUpdate,
    async (request) => {
      await untilLearned()
      const { reply, ...step } = grant(state, request, Date.now())
      void enact(step)
      return reply
    },
    {
      description: 'A run that was started past the detector asks for leave',
      validator: demandGrant,
    },
  )
  setHandler(
    markUpdate,
    async (request) => {
      await untilLearned()
      void apply({ kind: 'marked', request })
      return { before: beforeMark(state, request.key) ?? request.desired }
    },
    {
      description: 'Say what a target is meant to be',
      validator: demandMark,
    },
  )
  setHandler(
    setModeUpdate,
    async (request) => {
      await untilLearned()
      void apply({ kind: 'moded', request })
      const reply = replyToStep(state, request.key)
      if (reply === null) throw ApplicationFailure.nonRetryable('more modes are on than are kept', 'exhausted')
      return reply
    },
    { description: 'Enter or leave a degraded mode', validator: demandMode },
  )
  for (const verb of FLEET_VERBS) {
    const description = FLEET_DESCRIPTIONS[verb]
    const hear = (said: Omit<FleetCommand, 'kind'>): FleetReply => {
      const command = { ...said, kind: verb } as FleetCommand
      void apply({ kind: 'commanded', command })
      return replyTo(state, command.requestId) ?? { changed: false, message: 'Nothing was changed.' }
    }
    const check = (said: Omit<FleetCommand, 'kind'>): void => demandCommand(verb, said)
    setHandler(defineUpdate<FleetReply, [Omit<FleetCommand, 'kind'>]>(verb), hear, { description, validator: check })
    setHandler(
      defineSignal<[Omit<FleetCommand, 'kind'>]>(verb),
      (said) => {
        try {
          check(said)
          hear(said)
        } catch (error) {
          log.warn('a word to the detector was refused', { verb, error })
        }
      },
      { description },
    )
  }
  setHandler(stateQuery, () => toDetectorState(state, Date.now()), { description: 'Targets, open runs, decisions' })

  if (!hasLearned) {
    state = adopt(state, await learn({ cluster }), Date.now())
    hasLearned = true
    setCurrentDetails(currentDetails(state))
  }
  watchers.resize(shards)
  void recorder.run()
  void router.run()
  void followRuns(
    () =>
      state.open.filter(
        ({ workflowId, closed }) => closed === null && !children.has(workflowId) && !launching.has(workflowId),
      ),
    (report) => void apply({ kind: 'closed', report }),
  )

  const limit = input.eventsBeforeContinue ?? EVENTS
  const isLong = (): boolean => {
    const { historyLength, continueAsNewSuggested } = workflowInfo()
    const isQuiet = state.open.length === 0 && matching.size === 0
    return continueAsNewSuggested || historyLength > (isQuiet ? limit * SOONER : limit)
  }
  while (!isLong()) {
    const at = nextLook(state)
    const waitMs = at === null ? undefined : Math.max(SHORTEST_WAIT_MS, at - Date.now())
    const changed = (): boolean => isLong() || nextLook(state) !== at
    if (waitMs === undefined) await condition(changed)
    else if (!(await condition(changed, waitMs))) await apply({ kind: 'tick' })
  }

  const learned = fitting(await watchers.stop())
  await condition(() => launching.size === 0 && allHandlersFinished())
  await condition(() => router.unrouted().length === 0, ROUTED_WITHIN_MS)
  // More than fits into the next run's input has to be routed in this one: it was acknowledged, so none is given up.
  await condition(() => bytesOf(router.unrouted() as unknown as Json) <= UNROUTED_BYTES)
  const unrouted = router.unrouted()
  const next: Carried = { guard: state, records: recorder.unconfirmed(), learned, shards, unrouted }
  await continueAsNew<typeof detector>({ ...input, state: next as unknown as Json })
}

const sentenceOfLost = ({ count, sender, delivery }: NonNullable<AlertBatch['lost']>): string =>
  `${count} alert(s) were left out by \`${sender}\` (delivery ${delivery}) and could not be read back: look at it there.`

const FLEET_DESCRIPTIONS: Readonly<Record<FleetVerb, string>> = {
  freeze: 'Nothing starts for a while: {"by","why","requestId","forMs","inFlight"}.',
  thaw: 'End a freeze: {"by","why","requestId"}.',
  reset: 'Forget a target\'s attempts and cooldowns: {"by","why","requestId","target"}.',
  mode: 'Enter a degraded mode, or end it: {"by","why","requestId","mode","on"}.',
}

const NAMED_BY: Readonly<Partial<Record<FleetVerb, readonly string[]>>> = { reset: ['target'], mode: ['mode'] }

function demandCommand(verb: FleetVerb, said: unknown): void {
  demand(said, ['by', 'why', 'requestId', ...(NAMED_BY[verb] ?? [])])
  const { forMs, inFlight, on } = said as Readonly<Record<'forMs' | 'inFlight' | 'on', unknown>>
  if (verb === 'mode' && typeof on !== 'boolean')
    throw ApplicationFailure.nonRetryable('a mode needs `on`, true or false', 'rejected')
  if (verb !== 'freeze') return
  if (typeof forMs !== 'number' || !(forMs > 0) || typeof inFlight !== 'boolean')
    throw ApplicationFailure.nonRetryable(
      'a freeze needs `forMs`, a number above 0, and `inFlight`, a bool',
      'rejected',
    )
}

/** Tells people; what cannot be delivered now is delivered later. */
async function tellPeople(call: NotifyCall): Promise<void> {
  const { idempotencyKey: key } = call
  try {
    const report = await notify(call)
    const later = report?.heldUntil ?? report?.pendingAt
    if (later !== undefined) await deliverLater(call, later)
  } catch (error) {
    log.warn('a page could not be sent', { key, error })
    if (patched('notification')) await deliverLater(call, Date.now())
  }
}

/** Tells a run that nobody has to be called any more; one that has ended meanwhile does not need it. */
async function calmRun(workflowId: string): Promise<void> {
  if (!patched('calm')) return
  await getExternalWorkflowHandle(workflowId)
    .signal(defineSignal(RESOLVED_SIGNAL))
    .catch((error: unknown) => {
      log.info('a run was not told that its cause is gone', { workflowId, error })
    })
}

/** Says a word to a run; one that has ended meanwhile does not need it any more. */
async function sayToRun({ workflowId, verb, message }: Extract<Effect, { kind: 'say' }>): Promise<void> {
  const run = getExternalWorkflowHandle(workflowId)
  await run.signal(defineSignal<[VerbMessage]>(verb), message).catch((error: unknown) => {
    log.info('a run was not told', { workflowId, verb, error })
  })
}

/** Refuses a message that lacks what every message of its kind has: before it becomes an event. */
function demand(message: unknown, names: readonly string[]): void {
  const given = (typeof message === 'object' && message !== null ? message : {}) as Readonly<Record<string, unknown>>
  const missing = names.filter((name) => typeof given[name] !== 'string' || given[name] === '')
  if (missing.length === 0) return
  const list = missing.map((name) => `\`${name}\``).join(', ')
  throw ApplicationFailure.nonRetryable(`the message must be one object with ${list} as text`, 'rejected')
}

/** What was learned of so many shards that it does not fit into the next run's input is learned anew. */
function fitting(learned: readonly (WatchCheckpoint | null)[]): readonly (WatchCheckpoint | null)[] {
  let room = LEARNED_BYTES
  return learned.map((each) => ((room -= bytesOf(each as unknown as Json)) < 0 ? null : each))
}
