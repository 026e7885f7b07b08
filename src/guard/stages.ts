// What may refuse or hold a start: the rules in the order in which they are asked. A stage is a pure function that
// rules, or has nothing to say. Read next: guard.ts, which asks them.
import { limitsNow, valueOf } from './adapt.ts'
import { coversOf } from './covers.ts'
import { controlPlaneOneAtATime, zonesStayHealthy } from './domains.ts'
import { flapsLittle } from './flapping.ts'
import { heldAfterSuccess } from './hold.ts'
import { rungIsLeft } from './ladder.ts'
import { mayPreempt } from './preempt.ts'
import { occasionOf } from './occasion.ts'
import type { Candidate, DecisionKind, LedgerName, Trigger } from './protocol.ts'
import { isNextInLine } from './queue.ts'
import { releaseIsPaced } from './storm.ts'
import { secondsText as seconds } from './words.ts'
import type { Json } from '../plan/json.ts'
import { bytesOf } from '../plan/size.ts'
import { isNoShadow } from './shadow.ts'
import { freezeAt, KEPT, overlap, targetOf, type GuardState, type OpenEntry, type TargetRecord } from './state.ts'
import { standingSymptom } from './symptoms.ts'

/** One question put to the guard: may this candidate start now, because of this trigger? */
export interface Ask {
  readonly state: GuardState
  readonly trigger: Trigger
  readonly candidate: Pick<Candidate, 'target' | 'lock' | 'covers' | 'zones' | 'controlPlane'> &
    Partial<Pick<Candidate, 'inputs'>> & { readonly plan: PlanOfAsk }
  /** People are asked for less: what they want is wanted, and they need not cool down. */
  readonly isAutomatic: boolean
  readonly now: number
}
export type PlanOfAsk = Pick<Candidate['plan'], 'name' | 'guard' | 'automation'> &
  Partial<Pick<Candidate['plan'], 'severity'>>

export interface Ruling {
  readonly kind: Exclude<DecisionKind, 'started'>
  readonly reason: string
  readonly message: string
  readonly workflowId?: string
  /** When time alone may change the ruling; `NEVER` where only an event can. Absent: look again soon. */
  readonly lookAgainAt?: number
  /** A person should know now. */
  readonly page?: boolean
  /** The run that is cancelled for it. */
  readonly preempts?: string
}
export type Stage = (ask: Ask) => Ruling | null

const WAITING_BYTES = 200_000

export const NEVER = Number.MAX_SAFE_INTEGER

/** All runs of a target in one table: which attempts count together. */
export const ledgerOf = (trigger: Trigger): LedgerName => (trigger.kind === 'returned' ? 'bringBack' : 'heal')

const recordOf = ({ state, candidate }: Ask): TargetRecord | null => targetOf(state, candidate.target)

/** The cause is still there: matching takes a moment, and a node may answer again in it. */
const causeStands: Stage = ({ state, trigger, isAutomatic, now }) => {
  if (!isAutomatic || trigger.kind === 'person') return null
  // An alert stands until it is resolved: decide-alert.ts asks for none that was. The clock asks once.
  if (trigger.kind === 'alert' || trigger.kind === 'schedule') return null
  return stands(state, trigger, now)
    ? null
    : { kind: 'refused', reason: 'gone', message: `The cause on \`${trigger.target}\` is gone.` }
}

function stands(state: GuardState, trigger: Exclude<Trigger, { kind: 'person' }>, now: number): boolean {
  if (trigger.kind === 'condition' || trigger.kind === 'trend')
    return standingSymptom(state, trigger.symptom, now) !== null
  const target = targetOf(state, trigger.target)
  if (target === null || !target.confirmed) return false
  return trigger.kind === 'returned'
    ? target.verdict === 'healthy'
    : target.verdict === 'suspect' || target.verdict === 'failed'
}

/** A condition that stands was seen by somebody who answered: silence alone never makes one (survey.ts). */
const observerIsTrusted: Stage = ({ state, trigger, isAutomatic }) =>
  isAutomatic && state.frozen !== null && trigger.kind !== 'condition'
    ? { kind: 'held', reason: 'observer-in-doubt', message: `Nothing starts by itself: ${state.frozen}` }
    : null

/** A run that could not be accounted for is not started; people may still start theirs. */
const isWrittenDown: Stage = ({ state, isAutomatic }) =>
  isAutomatic && state.unrecorded !== null
    ? { kind: 'held', reason: 'journal-away', message: `Nothing starts by itself: ${state.unrecorded}` }
    : null

/** What is meant to be down is not healed; what was taken out is brought back only from `failed`. */
const isWanted: Stage = ({ state, trigger, isAutomatic }) => {
  if (!isAutomatic || trigger.kind === 'person') return null
  const desired = targetOf(state, trigger.target)?.desired ?? 'serving'
  if (desired === (trigger.kind === 'returned' ? 'failed' : 'serving')) return null
  const message = `\`${trigger.target}\` is meant to be ${desired}, so nothing is done about it.`
  return { kind: 'refused', reason: 'not-wanted', message, lookAgainAt: NEVER }
}

/** `approve` starts: the run itself changes nothing before a person has approved it (decision 0207). */
const mayActAlone: Stage = ({ candidate: { plan, inputs = {} }, isAutomatic }) => {
  if (!isAutomatic || plan.automation === 'auto' || plan.automation === 'approve') return null
  const message =
    plan.automation === 'observe'
      ? `\`${plan.name}\` would have been started; it is set to observe only.`
      : `\`${plan.name}\` is suggested; start it with: ${commandOf(plan.name, inputs)}`
  return { kind: 'shadowed', reason: plan.automation, message, lookAgainAt: NEVER }
}

/** What a person types to start a run; values are quoted for a shell where they must be. */
export function commandOf(runbook: string, inputs: Candidate['inputs']): string {
  const words = Object.entries(inputs).map(([name, value]) => {
    const text = `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`
    return `--input ${/^[\w./:=@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`}`
  })
  return ['phix run', runbook, ...words].join(' ')
}

/** One start an episode: a trigger that comes again joins the run it has already started. */
const onceAnEpisode: Stage = ({ state, trigger }) => {
  const started = occasionOf(state, trigger)?.startedIn ?? null
  if (started === null) return null
  return {
    kind: 'joined',
    reason: 'same-episode',
    message: `Run \`${started}\` takes care of it.`,
    workflowId: started,
  }
}

/** A person's freeze holds what would start by itself and refuses people, unless they say why it has to be now. */
const notFrozen: Stage = ({ state, trigger, now }) => {
  const freeze = freezeAt(state, now)
  if (freeze === null || (trigger.kind === 'person' && trigger.overrideFreeze !== undefined)) return null
  const message = `\`${state.cluster}\` is frozen by \`${freeze.by}\` until ${new Date(freeze.until).toISOString()}: ${freeze.why}`
  return trigger.kind === 'person'
    ? { kind: 'refused', reason: 'frozen', message }
    : { kind: 'held', reason: 'frozen', message, lookAgainAt: freeze.until }
}

const lockIsFree: Stage = (ask) => {
  const { state, candidate, trigger } = ask
  const covers = coversOf(candidate)
  const busy = state.open.find((run) => overlap(run.covers, covers))
  if (busy === undefined) return null
  const { onBusy } = candidate.plan.guard
  const what = `Run \`${busy.workflowId}\` holds ${nameLock(busy)}`
  switch (onBusy) {
    case 'join':
      return { kind: 'joined', reason: 'locked', message: `${what}; this joins it.`, workflowId: busy.workflowId }
    case 'refuse':
      return { kind: 'refused', reason: 'locked', message: `${what}.`, workflowId: busy.workflowId }
    case 'queue':
    case 'preempt': {
      const full = trigger.kind === 'person' && isFull(state)
      if (!full && mayPreempt(ask, busy))
        return {
          kind: 'held',
          reason: 'queued',
          message: `${what}; it is cancelled, takes back what it did, and then this starts.`,
          workflowId: busy.workflowId,
          preempts: busy.workflowId,
        }
      if (full) return { kind: 'refused', reason: 'queue-full', message: `${what}, and too many wait already.` }
      return {
        kind: 'held',
        reason: 'queued',
        message: `${what}; this starts when it has ended.`,
        workflowId: busy.workflowId,
      }
    }
  }
}
/** Whoever waits is remembered with all inputs. */
const isFull = ({ waiting }: GuardState): boolean =>
  waiting.length >= KEPT.waiting || bytesOf(waiting as unknown as Json) > WAITING_BYTES

const nameLock = (run: OpenEntry): string => (run.lock === null ? 'its target' : `the lock of \`${run.lock}\``)

const cooledDown: Stage = (ask) => {
  const until = ask.isAutomatic ? (recordOf(ask)?.ledgers[ledgerOf(ask.trigger)].cooldownUntil ?? 0) : 0
  if (until <= ask.now) return null
  const message = `The last run on \`${ask.candidate.target}\` did not help; it cools down for ${seconds(until - ask.now)} more.`
  return { kind: 'held', reason: 'cooling-down', message, lookAgainAt: until }
}

const attemptsLeft: Stage = (ask) => {
  if (!ask.isAutomatic) return null
  const attempts = recordOf(ask)?.ledgers[ledgerOf(ask.trigger)].attempts ?? []
  const override = ask.state.limits.override?.attempts ?? null
  for (const { count, windowMs } of ask.candidate.plan.guard.attempts) {
    const allowed = override ?? count
    const inside = attempts.filter((at) => at > ask.now - windowMs)
    if (inside.length < allowed) continue
    const freeAt = (inside.at(-allowed) ?? ask.now) + windowMs
    const message = `\`${ask.candidate.target}\` had ${inside.length} of ${allowed} attempts in ${seconds(windowMs)}; a person is needed, or the next one is in ${seconds(freeAt - ask.now)}.`
    return { kind: 'held', reason: 'attempts-spent', message, lookAgainAt: freeAt }
  }
  return null
}

const clusterHasRoom: Stage = ({ state }) => {
  const { runsInFlight } = limitsNow(state)
  if (state.open.length < runsInFlight) return null
  const message = `${state.open.length} runs are open in \`${state.cluster}\`, the limit is ${runsInFlight}.`
  return { kind: 'held', reason: 'too-many-runs', message }
}

const noStorm: Stage = ({ state, now }) => {
  const { startsPerMinute } = limitsNow(state)
  const recent = state.starts.filter((at) => at > now - 60_000)
  if (recent.length < startsPerMinute) return null
  const message = `${recent.length} runs were started in the last minute in \`${state.cluster}\`, the limit is ${startsPerMinute}.`
  return { kind: 'held', reason: 'storm', message, lookAgainAt: (recent.at(-startsPerMinute) ?? now) + 60_000 }
}

/**
 * The disruption budget: enough of the others are healthy while the target and everything under repair is not counted.
 * Why unknown holds: missing evidence is never taken for health, and never for illness.
 */
const enoughStayHealthy: Stage = ({ state, candidate }) => {
  const { keepHealthyRatio: asWritten, keepHealthyCount } = candidate.plan.guard
  // A runbook that keeps no share has none to be adapted.
  const keepHealthyRatio = asWritten === null ? null : (valueOf(state, 'guard.keepHealthy') ?? asWritten)
  if (keepHealthyRatio === null && keepHealthyCount === null) return null
  const members = Object.entries(state.targets).filter(([, { desired, isMember }]) => isMember && desired === 'serving')
  const spared = members.filter(
    ([name]) => name !== candidate.target && !state.open.some(({ covers }) => covers.includes(name)),
  )
  const healthy = spared.filter(([, { verdict }]) => verdict === 'healthy').length
  const unknown = spared.filter(([, { verdict }]) => verdict === 'unknown').length
  const needed = Math.max(keepHealthyCount ?? 0, Math.ceil((keepHealthyRatio ?? 0) * members.length - 1e-9))
  if (healthy >= needed) return null
  const seen = `${healthy} of ${members.length} members stay healthy, ${needed} are needed`
  return healthy + unknown >= needed
    ? { kind: 'held', reason: 'evidence-unknown', message: `${seen}, and ${unknown} are unknown.` }
    : { kind: 'held', reason: 'budget', message: `${seen}.` }
}

/** The pipeline. The first stage that rules decides. */
export const STAGES = [
  causeStands,
  observerIsTrusted,
  isWrittenDown,
  isWanted,
  mayActAlone,
  onceAnEpisode,
  notFrozen,
  isNoShadow,
  lockIsFree,
  isNextInLine,
  cooledDown,
  heldAfterSuccess,
  attemptsLeft,
  rungIsLeft,
  flapsLittle,
  clusterHasRoom,
  controlPlaneOneAtATime,
  noStorm,
  releaseIsPaced,
  enoughStayHealthy,
  zonesStayHealthy,
] as const satisfies readonly Stage[]

/** Answers the first ruling against a start; null where nothing speaks against it. */
export function rule(ask: Ask, stages: readonly Stage[] = STAGES): Ruling | null {
  for (const stage of stages) {
    const ruling = stage(ask)
    if (ruling !== null) return ruling
  }
  return null
}
