// Alerts that were routed become one decision for each episode, and perhaps a run.
// Invariant: an episode is settled once (started, joined, refused or shadowed); until then it may be held, and each
// answer is written once. However often it is told, in whichever order, by however many senders: nothing more comes of it.
import type { Json } from '../plan/json.ts'
import { alertsToMatch, askingFor, episodesOf, forgetOne, sentenceOf } from './alerts.ts'
import { choose, LOOK_AGAIN_MS, nobodyFits, start } from './decide.ts'
import { keep } from './keep.ts'
import {
  episodeOf,
  type Alert,
  type AlertTrigger,
  type Candidate,
  type Decision,
  type MatchReport,
} from './protocol.ts'
import { wordFor } from './resolved.ts'
import { rule, STAGES, type Ruling, type Stage } from './stages.ts'
import { KEPT, targetOf, type AlertEpisode, type GuardState } from './state.ts'
import type { Effect, Step } from './step.ts'

/** A probe contradicts the alert: it is asked again after this, as long as the alert fires. */
const CONTRADICTED_AGAIN_MS = 300_000

/** An alert with what it is for. */
export interface Routed {
  readonly alert: Alert
  readonly runbook: string
  readonly target: string
}

/**
 * One step that is being made of many alerts.
 * Why in place: a storm is hundreds of alerts in one task of the workflow; a copy of the state for each is too slow.
 */
interface Batch {
  state: GuardState
  readonly alerts: Record<string, AlertEpisode>
  count: number
  readonly decisions: Decision[]
  readonly effects: Effect[]
  readonly now: number
}

function inOneStep(state: GuardState, now: number, work: (batch: Batch) => void): Step {
  const alerts = { ...episodesOf(state) }
  const batch: Batch = {
    ...{ state: { ...state, alerts }, alerts, now },
    count: Object.keys(alerts).length,
    decisions: [],
    effects: [],
  }
  work(batch)
  return { state: batch.state, decisions: batch.decisions, effects: batch.effects }
}

function take(batch: Batch, step: Step): void {
  batch.state = { ...step.state, alerts: batch.alerts }
  batch.decisions.push(...step.decisions)
  batch.effects.push(...step.effects)
}

const episodeIn = ({ alerts }: Batch, id: string): AlertEpisode | null =>
  Object.hasOwn(alerts, id) ? (alerts[id] ?? null) : null

/** Takes alerts in. What is told again changes nothing; what is resolved never fires again in this episode. */
export const observeAlerts = (state: GuardState, batch: readonly Routed[], now: number): Step =>
  inOneStep(state, now, (open) => {
    for (const routed of batch) observeOne(open, routed)
    open.effects.push(...alertsToMatch(open.state, now))
  })

const RESOLVED: Ruling = { kind: 'refused', reason: 'gone', message: 'It was resolved before anything was started.' }
const NO_ROOM: Ruling = {
  kind: 'refused',
  reason: 'storm',
  message: 'More alerts wait for an answer than are kept; it is decided when its sender sends it again.',
}

function observeOne(batch: Batch, routed: Routed): void {
  const { alert } = routed
  const id = episodeOf(alert)
  const known = episodeIn(batch, id)
  if (known === null) return observeNew(batch, id, routed)
  if (known.status === 'resolved' || alert.status === 'firing') return
  batch.alerts[id] = { ...known, status: 'resolved' }
  if (known.isSettled) resolve(batch, id, known)
  else settle(batch, id, triggerOf({ ...routed, alert: known.alert ?? alert }, batch.now), RESOLVED)
}

function observeNew(batch: Batch, id: string, routed: Routed): void {
  const { alert, runbook, target } = routed
  const trigger = triggerOf(routed, batch.now)
  if (batch.count < KEPT.alerts) batch.count++
  else if (!forgetOne(batch.alerts)) return write(batch, trigger, NO_ROOM)
  batch.alerts[id] = {
    ...{ runbook, target, alert, status: alert.status },
    isSettled: false,
    workflowId: null,
    lookAgainAt: 0,
    lastAnswer: null,
  }
  if (alert.status === 'resolved') settle(batch, id, trigger, RESOLVED)
}

/** Decides every episode that asks for this runbook on this target: the first may start it, the others join. */
export function decideAlerts(
  state: GuardState,
  trigger: AlertTrigger,
  report: MatchReport,
  now: number,
  stages: readonly Stage[] = STAGES,
): Step {
  const informed = report.limits === undefined ? state : { ...state, limits: report.limits }
  return inOneStep(informed, now, (batch) => {
    for (const [id] of askingFor(informed, trigger)) decideOne(batch, id, report, stages)
  })
}

function decideOne(batch: Batch, id: string, report: MatchReport, stages: readonly Stage[]): void {
  const { state, now } = batch
  const episode = episodeIn(batch, id)
  if (episode === null || episode.alert === null) return
  const asked = triggerOf({ ...episode, alert: episode.alert }, now)
  const candidate = choose(state, report.candidates, asked)
  if (candidate === null) return settle(batch, id, asked, nobodyFits(asked, report, now))
  const trigger: AlertTrigger = { ...asked, target: candidate.target, runbook: candidate.plan.name }
  const ruling = rule({ state, trigger, candidate, isAutomatic: true, now }, [...stages, confirmedBy(report)])
  if (ruling !== null) return obey(batch, id, trigger, candidate, ruling)
  const started = start(state, trigger, candidate, now)
  take(batch, started)
  batch.alerts[id] = settled(episode, started.decisions[0]?.workflowId ?? null)
}

/** An alert that claims what a verdict claims is believed only where a direct probe agrees. */
const confirmedBy =
  ({ contradicted }: MatchReport): Stage =>
  ({ candidate, now }) =>
    contradicted === undefined
      ? null
      : {
          kind: 'held',
          reason: 'contradicted',
          message: `The alert says that \`${candidate.target}\` is down, and a direct probe finds it healthy (${contradicted}): nothing is started.`,
          lookAgainAt: now + CONTRADICTED_AGAIN_MS,
        }

/** What a ruling means for an alert: it has its answer, or it waits for another one. */
function obey(batch: Batch, id: string, trigger: AlertTrigger, candidate: Candidate, ruling: Ruling): void {
  if (ruling.kind === 'held') return hold(batch, id, trigger, ruling)
  const run = batch.state.open.find(({ workflowId }) => workflowId === ruling.workflowId)
  // A run of another runbook takes care of something else; this one waits for it.
  const isForeign = ruling.kind === 'joined' && run !== undefined && run.runbook !== candidate.plan.name
  if (isForeign) hold(batch, id, trigger, { ...ruling, kind: 'held' })
  else settle(batch, id, trigger, ruling)
}

function hold(batch: Batch, id: string, trigger: AlertTrigger, ruling: Ruling): void {
  const episode = episodeIn(batch, id)
  if (episode === null) return
  const { lookAgainAt = batch.now + LOOK_AGAIN_MS } = ruling
  const lastAnswer = `${ruling.kind} ${ruling.reason} ${ruling.workflowId ?? ''}`
  batch.alerts[id] = { ...episode, lookAgainAt, lastAnswer }
  if (episode.lastAnswer !== lastAnswer) write(batch, trigger, ruling)
}

function settle(batch: Batch, id: string, trigger: AlertTrigger, ruling: Ruling): void {
  const episode = episodeIn(batch, id)
  if (episode === null) return
  batch.alerts[id] = settled(episode, ruling.workflowId ?? null)
  write(batch, trigger, ruling)
}

const settled = (episode: AlertEpisode, workflowId: string | null): AlertEpisode => ({
  ...episode,
  isSettled: true,
  alert: null,
  workflowId,
})

const triggerOf = ({ alert, runbook, target }: Routed, now: number): AlertTrigger => ({
  ...{ kind: 'alert', target, runbook, alert, at: now },
  evidence: sentenceOf(alert),
})

function write(batch: Batch, trigger: AlertTrigger, ruling: Ruling): void {
  const { kind, reason, message, workflowId = null } = ruling
  const { target, runbook } = trigger
  take(batch, keep(batch.state, { target, runbook, trigger, kind, reason, message, workflowId }, batch.now))
}

/** The cause of a run is over: its runbook says whether the run goes on. Told once, when the last of its causes is. */
function resolve({ state, alerts, effects, now }: Batch, id: string, { workflowId, target }: AlertEpisode): void {
  const run = state.open.find((each) => each.workflowId === workflowId && each.closed === null)
  if (workflowId === null || run === undefined) return
  const isStillAsked = Object.values(alerts).some((each) => each.workflowId === workflowId && each.status === 'firing')
  if (isStillAsked || targetOf(state, target)?.isIll === true) return
  const { onResolved } = run.guard
  effects.push({
    kind: 'record',
    record: {
      ...{ id: `${workflowId}/resolved/${id}`, kind: 'audit', at: now, cluster: state.cluster, target, workflowId },
      body: { what: 'resolved', episode: id, onResolved } satisfies Json,
    },
  })
  effects.push(...wordFor(run, now))
}
