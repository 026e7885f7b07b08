// The words spoken with a detector workflow: signals and updates in, decisions and state out. All plain data.
// Read next: guard.ts (who may start), workflows/detector.ts (the single writer that uses both).
import type { Json } from '../plan/json.ts'
import type { Automation, GuardSpec, Plan, Severity } from '../plan/plan.ts'
import type { Grant, RunInput, RunResult, StartedBy, UndoEntry } from '../plan/run.ts'

export type Verdict = 'healthy' | 'suspect' | 'failed' | 'unknown'

/** What a target is meant to be. Only `serving` ones are healed. */
export type DesiredState = 'serving' | 'failed' | 'drained' | 'stopped' | 'spare'

/** What `watch` tells. Signal `observed`, in batches. */
export type Observation =
  | VerdictObservation
  | SymptomObservation
  | ObserverObservation
  | ShardsObservation
  | RosterObservation
  | ModeObservation

/** One change that `watch` saw. `confirmed`: an independent direct probe agreed. */
export interface VerdictObservation {
  readonly kind: 'verdict'
  readonly target: string
  readonly verdict: Verdict
  readonly phi: number
  /** Epoch ms. */
  readonly at: number
  readonly confirmed: boolean
  /** What the probe saw, one short sentence. */
  readonly evidence: string
  /** True for a spare, which is not meant to serve until it is brought in. */
  readonly spare?: boolean
}

/**
 * One change of what a runbook's own trigger watches. `pending`: true, but not for long enough yet. `standing`: true for
 * all of it. `unknown`: the evidence is missing, so it is neither; what stood before is not over.
 */
export type SymptomPhase = 'pending' | 'standing' | 'over' | 'unknown'
export interface SymptomObservation {
  readonly kind: 'symptom'
  /** Identity: the runbook, the number of its trigger, the target. */
  readonly symptom: string
  readonly cause: 'condition' | 'trend'
  readonly runbook: string
  /** Number of the trigger in the plan. */
  readonly trigger: number
  readonly target: string
  readonly over: 'target' | 'cluster'
  /** How much it explains: of two that stand at once the higher is the cause, the other its shadow. */
  readonly rank: number
  readonly phase: SymptomPhase
  readonly at: number
  readonly evidence: string
  /** Of a trend: what is so now, what is predicted, and until when. */
  readonly forecast?: {
    readonly value: number
    readonly reaches: number
    readonly dueAt: number
    readonly confidence: number
  }
}

/** How predictions of one tenth of confidence (8: 80 to 90 %) came out. */
export interface ForecastScore {
  readonly tenth: number
  readonly made: number
  readonly cameTrue: number
}

/** The observer doubts itself, or trusts itself again. While it doubts, nothing starts by itself. */
export interface ObserverObservation {
  readonly kind: 'observer'
  readonly at: number
  readonly trusted: boolean
  readonly evidence: string
}

/** How many shards the cluster's nodes need now, so that the detector has one `watch` for each. */
export interface ShardsObservation {
  readonly kind: 'shards'
  readonly at: number
  readonly count: number
}

/** The condition under which a degraded mode ends by itself has held for as long as it must. */
export interface ModeObservation {
  readonly kind: 'mode'
  readonly mode: string
  readonly at: number
  /** The newest word for the mode that the watch knew: what came after it was not looked at and stays. */
  readonly heldAt: number
  readonly evidence: string
}

/** What the inventory says of the cluster now: at the first word of a `watch`, and when it has changed. */
export interface RosterObservation {
  readonly kind: 'roster'
  readonly at: number
  readonly roster: Roster
}

/** What a detector must know of its cluster's inventory. */
export interface Roster {
  readonly nodes: readonly { readonly name: string; readonly spare: boolean }[]
  readonly limits: ClusterLimits
  /** Groups that are told what a person should know now. */
  readonly page: readonly string[]
  /** Degraded modes that the inventory declares, as far as the detector looks at them. */
  readonly modes?: readonly ModeSpec[]
  readonly adaptations?: readonly AdaptationSpec[]
}
export interface ModeSpec {
  readonly mode: string
  /** A person is told once the mode has stood for this long; null: never. */
  readonly longestMs: number | null
}

/** Settings that may have other values while a state of the cluster stands. Each is read where it is used, at run time. */
export const SETTINGS = [
  'guard.keepHealthy',
  'guard.runsInFlight',
  'guard.startsPerMinute',
  'guard.cooldownMs',
  'trend.confidence',
  'breaker.failures',
  'breaker.openMs',
] as const
export type Setting = (typeof SETTINGS)[number]

/** While a state stands these settings have these values (ratios 0–1, durations in ms, counts). */
export interface AdaptationSpec {
  /** A degraded mode, or the runbook one of whose conditions or trends stands. */
  readonly while: { readonly mode: string } | { readonly symptom: string }
  readonly set: Readonly<Partial<Record<Setting, number>>>
  /** The values go back once the state has been over for this long. */
  readonly backAfterMs: number
}

/** A setting that has another value than usual. */
export interface AdaptedSetting {
  readonly setting: Setting
  readonly value: number
  /** What it is otherwise; null: what each runbook says. */
  readonly usual: number | null
  readonly since: number
  /** The state that it is for, in words. */
  readonly because: string
}

/** What may start a runbook. */
export type Trigger =
  | {
      readonly kind: 'verdict'
      readonly target: string
      readonly verdict: 'suspect' | 'failed'
      readonly phi: number
      readonly at: number
      readonly evidence: string
    }
  | { readonly kind: 'returned'; readonly target: string; readonly at: number; readonly evidence: string }
  | AlertTrigger
  /** The clock: a schedule started the run, which asks for leave in its first task. */
  | {
      readonly kind: 'schedule'
      readonly target: string
      readonly runbook: string
      readonly at: number
      readonly evidence: string
    }
  | {
      readonly kind: 'condition' | 'trend'
      readonly symptom: string
      readonly runbook: string
      /** Number of the trigger in the plan. */
      readonly trigger: number
      readonly target: string
      readonly at: number
      readonly evidence: string
    }
  | {
      readonly kind: 'person'
      readonly runbook: string
      readonly inputs: Readonly<Record<string, Json>>
      readonly by: string
      readonly at: number
      readonly requestId: string
      /** Why it starts although its cluster is frozen. Absent: a freeze refuses it. */
      readonly overrideFreeze?: string
    }

/** An alert that was routed: it is for this runbook on this target. */
export interface AlertTrigger {
  readonly kind: 'alert'
  readonly target: string
  readonly runbook: string
  /** The episode that asks first; others of the same runbook and target are answered with it. */
  readonly alert: Alert
  readonly at: number
  readonly evidence: string
}

/**
 * One alert as intake hands it on: slimmed, its texts bounded. What `alert` is in a runbook's expressions.
 * Its episode is `episodeOf(alert)`: the same however often, in whichever order and by however many senders it is told.
 */
export interface Alert {
  readonly fingerprint: string
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** RFC 3339 in UTC, to the millisecond. */
  readonly starts_at: string
  /** The delivery that brought it. */
  readonly delivery: string
}

export const episodeOf = ({ fingerprint, starts_at: startsAt }: Pick<Alert, 'fingerprint' | 'starts_at'>): string =>
  `${fingerprint}@${startsAt}`

/** Signal `alerted`, sized before it is sent: alerts in the order in which they came. */
export interface AlertBatch {
  readonly alerts: readonly Alert[]
  /** Alerts that a sender kept back and nobody could read: a person is told. */
  readonly lost?: { readonly count: number; readonly delivery: string; readonly sender: string }
}

/**
 * The activity `route`: which runbook and target each alert is for. What is for none is refused there, with its decision
 * in the journal, so that a storm of foreign alerts never enters the detector's memory.
 */
export interface RouteCall {
  readonly cluster: string
  readonly alerts: readonly Alert[]
}
export interface RouteReport {
  readonly routed: readonly { readonly episode: string; readonly runbook: string; readonly target: string }[]
}

/** One runbook that a trigger matches, with its inputs bound: the answer of the activity `match`. */
export interface Candidate {
  readonly plan: Plan
  readonly planHash: string
  readonly inputs: Readonly<Record<string, Json>>
  /** Inventory name that `guard.lock` resolves to, and the target of the run. */
  readonly target: string
  readonly lock: string | null
  /** Node names that the lock covers; `*` covers everything. Absent: the lock's own name alone. */
  readonly covers?: readonly string[]
  /** The zones it touches with all their nodes, where its guard keeps something of each. */
  readonly zones?: readonly Zone[]
  /** Every node of the control plane, where it touches one. */
  readonly controlPlane?: readonly string[]
}
export interface Zone {
  readonly zone: string
  readonly nodes: readonly string[]
}
export interface MatchCall {
  readonly cluster: string
  readonly trigger: Trigger
  /** The trigger was held: its target is probed again before it may start anything. */
  readonly probe?: boolean
}
export interface MatchReport {
  readonly candidates: readonly Candidate[]
  /** Why others that were near did not match, or what is wrong with the inputs a person gave. */
  readonly refused: readonly { readonly runbook: string; readonly reason: string }[]
  /** The cluster's limits as the inventory has them now. */
  readonly limits?: ClusterLimits
  /** An alert says that its target is down, and a direct probe says that it is not: what the probe saw. */
  readonly contradicted?: string
  /** A fresh probe found the target well: what it answered. */
  readonly gone?: string
}

/** Limits of a whole cluster; the inventory's `ClusterGuard` has this shape. */
export interface ClusterLimits {
  readonly runsInFlight: number
  readonly startsPerMinute: number
  readonly override: { readonly cooldownMs: number | null; readonly attempts: number | null } | null
  /** A target that turns this often within the window is flapping and has at most so many starts an hour. */
  readonly flapping?: { readonly turns: number; readonly windowMs: number; readonly startsPerHour: number }
}

export const DECISION_KINDS = ['started', 'joined', 'held', 'refused', 'shadowed'] as const
export type DecisionKind = (typeof DECISION_KINDS)[number]

/** The record of what was done with one trigger and why. */
export interface Decision {
  readonly id: string
  readonly at: number
  readonly cluster: string
  readonly target: string
  readonly runbook: string | null
  readonly trigger: Trigger
  readonly kind: DecisionKind
  /** Closed list of words, e.g. `locked`, `attempts-spent`, `cooling-down`, `not-wanted`, `no-runbook`, `bad-inputs`. */
  readonly reason: string
  /** One sentence for the person at 3 a.m. */
  readonly message: string
  readonly workflowId: string | null
  /** Of the plan that was started. */
  readonly planHash?: string
}

export interface OpenRun {
  readonly workflowId: string
  readonly runId: string
  readonly runbook: string
  readonly target: string
  readonly lock: string | null
  readonly startedAt: number
  readonly startedBy: StartedBy
  readonly automatic: boolean
  readonly guard: GuardSpec
}

/** Attempts to heal a target and to bring it back are counted apart: a failed repair must not keep a well node out. */
export type LedgerName = 'heal' | 'bringBack'

/**
 * What the books say of an open run. It travels in the run's memo, so that a detector without a memory can open its books
 * again: a lock lives as long as its run, not as long as who gave it.
 */
export interface RunBooks extends Omit<OpenRun, 'workflowId' | 'runId'> {
  /** Node names that the lock covers; `*` covers everything. */
  readonly covers: readonly string[]
  readonly ledger: LedgerName
  readonly trigger: Trigger
  readonly severity?: Severity
  /** How long its last activity may still act after the run was ended from outside. */
  readonly graceMs: number
}
export const BOOKS_MEMO = 'phixBooks'

/** A run as Temporal knows it, found by a detector that has no memory of it. */
export interface FoundRun {
  readonly workflowId: string
  readonly runId: string
  /** Epoch ms. */
  readonly startedAt: number
  /** null where whoever started it gave none. */
  readonly books: RunBooks | null
  /** What it was started with; read only where it has no books. */
  readonly input: RunInput | null
}

/** The activity `learn`: what a detector without a memory must know before it starts anything. */
export interface LearnCall {
  readonly cluster: string
}

/** Answer of the query `state` of a detector. */
export interface DetectorState {
  readonly v: 1
  readonly cluster: string
  readonly at: number
  readonly targets: Readonly<Record<string, TargetState>>
  readonly open: readonly OpenRun[]
  readonly decisions: readonly Decision[]
  /** What a person should look at: runs that were terminated under way, an observer that doubts itself. */
  readonly notes?: readonly { readonly at: number; readonly text: string }[]
  /** Why verdicts are frozen; null while they are trusted. */
  readonly frozen?: string | null
  /** A person's freeze: nothing starts until it ends. Absent or null where there is none. */
  readonly freeze?: Freeze | null
  /** How often trends were right, by how sure they were. */
  readonly forecasts?: readonly ForecastScore[]
  /** Degraded modes that stand. Absent: the detector is of an earlier build. */
  readonly modes?: readonly StandingMode[]
  /** Settings that have emergency values. */
  readonly adapted?: readonly AdaptedSetting[]
}

/** A degraded mode that is on, and who holds it on. */
export interface StandingMode {
  readonly mode: string
  /** Since when it is on without a break. */
  readonly since: number
  readonly heldBy: readonly ModeHold[]
  /** When a person was told that it is on for too long; null: not yet. */
  readonly toldAt: number | null
}
/** Who holds a mode on: a run, a person, or `many` beyond the bound, which only a person or the cause's end lets go. */
export interface ModeHolder {
  readonly kind: 'run' | 'person' | 'many'
  readonly name: string
}
export interface ModeHold extends ModeHolder {
  /** Stamp of the detector: grows with every word, and is about the time in epoch ms. */
  readonly at: number
  readonly why: string
}
export interface TargetState {
  readonly desired: DesiredState
  readonly verdict: Verdict
  readonly since: number
  readonly attempts: readonly number[]
  readonly cooldownUntil: number | null
  /** It turns ill and well again and again: it has only a few starts an hour. */
  readonly flapping?: boolean
  /** Runbooks that did not help it, with how many times in a row. */
  readonly rungs?: Readonly<Record<string, number>>
  /** What the run that took it out left to be undone when it returns. */
  readonly undoLater: readonly UndoEntry[]
}

/** Update `start`: a person asks for a run. Refusals by guard are answers, not errors. */
export interface StartRequest {
  readonly runbook: string
  readonly inputs: Readonly<Record<string, Json>>
  readonly by: string
  readonly requestId: string
  /** Why it starts although its cluster is frozen. */
  readonly overrideFreeze?: string
}
export type StartReply = {
  readonly decision: Decision
  readonly workflowId: string | null
  readonly runId: string | null
}

/** Update `grant`: a run that was started past the detector asks. */
export interface GrantRequest {
  /** Where absent, the one cluster that has a target of this name. */
  readonly cluster?: string
  readonly workflowId: string
  readonly runId: string
  readonly runbook: string
  readonly planHash: string
  readonly target: string
  readonly lock: string | null
  readonly guard: GuardSpec
  readonly startedBy: StartedBy
  /** How much its runbook may do alone. Absent: as a person, who may do anything. */
  readonly automation?: Automation
  /** Filled by the activity `grant` from the inventory, as in `Candidate`. */
  readonly covers?: readonly string[]
  readonly zones?: readonly Zone[]
  readonly controlPlane?: readonly string[]
  readonly limits?: ClusterLimits
}
export type GrantReply =
  | { readonly granted: true; readonly grant: Grant }
  | { readonly granted: false; readonly reason: string; readonly message: string }

/** Update `mark`: sets what a target is meant to be; idempotent by key. Answers what it was before. */
export interface MarkRequest {
  readonly target: string
  readonly desired: DesiredState
  readonly why: string
  readonly key: string
}
export interface MarkReply {
  readonly before: DesiredState
}

/** Update `setMode`: a step enters or leaves a degraded mode; idempotent by key. */
export interface ModeRequest {
  readonly mode: string
  readonly on: boolean
  /** Workflow id of the run. */
  readonly workflowId: string
  readonly why: string
  readonly key: string
}
export interface ModeReply {
  /** It is on now; it was on before. */
  readonly active: boolean
  readonly before: boolean
  /** What the undo of this step goes back to: `on` where this run held it already, or where it let something go. */
  readonly held: boolean
  readonly changed: boolean
  readonly message: string
}

/** No run starts in the cluster until `until` (epoch ms), or until a person thaws it. */
export interface Freeze {
  readonly id: string
  readonly by: string
  readonly why: string
  readonly at: number
  readonly until: number
  /** Runs that are open are held before their next step, too. */
  readonly inFlight: boolean
}

/** What a person says to a detector: each is an update and a signal of its name, and each ends as a record of the journal. */
export const FLEET_VERBS = ['freeze', 'thaw', 'reset', 'mode'] as const
export type FleetVerb = (typeof FLEET_VERBS)[number]
interface Said {
  readonly by: string
  readonly why: string
  /** Said twice, it is done once. */
  readonly requestId: string
}
export type FleetCommand = Said &
  (
    | { readonly kind: 'freeze'; readonly forMs: number; readonly inFlight: boolean }
    | { readonly kind: 'thaw' }
    /** Forgets a target's attempts and cooldowns. */
    | { readonly kind: 'reset'; readonly target: string }
    /** Enters a degraded mode; off: whoever holds it, it ends. */
    | { readonly kind: 'mode'; readonly mode: string; readonly on: boolean }
  )
export interface FleetReply {
  /** False where there was nothing to change. */
  readonly changed: boolean
  /** One sentence for the person who said it. */
  readonly message: string
}

/** The activity `follow`: one for all open runs, the truth of when a lock is free. */
export interface FollowCall {
  readonly open: readonly { readonly workflowId: string; readonly runId: string }[]
}
export interface FollowReport {
  readonly workflowId: string
  /** The run that closed last in its chain. */
  readonly runId: string
  readonly status: 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'TERMINATED' | 'TIMED_OUT' | 'GONE'
  /** The run's own result, where it lived to give one. */
  readonly result: RunResult | null
}

/** The activity `watch`: one shard of a cluster's nodes. It ends only when it is cancelled. */
export interface WatchCall {
  readonly cluster: string
  readonly shard: number
  /** What an earlier watch of this shard had learned: it goes on with warm windows. */
  readonly checkpoint?: WatchCheckpoint | null
}

/** The activity `record`: appends to the journal; doing it twice is doing it once. */
export interface RecordCall {
  readonly records: readonly RecordEntry[]
}
/** The journal's record, in the words of ring 0. */
export interface RecordEntry {
  readonly id: string
  readonly kind: 'decision' | 'run' | 'mark' | 'audit'
  readonly at: number
  readonly cluster: string
  readonly target: string | null
  readonly workflowId: string | null
  readonly body: Json
}

/** Names of the detector's and the runs' activities that are not actions. */
export const SYSTEM_ACTIVITIES = [
  'verify',
  'notify',
  'watch',
  'match',
  'route',
  'follow',
  'record',
  'grant',
  'learn',
] as const

/** Signal `ended`, sent by a run as its last act: for latency, not for truth (the follower is the truth). */
export interface EndedMessage {
  readonly workflowId: string
  readonly runId: string
  readonly result: RunResult
}

export interface DetectorInput {
  readonly cluster: string
  /** Targets with what they are meant to be at the first start. */
  readonly targets: readonly { readonly name: string; readonly desired: DesiredState }[]
  readonly state?: Json
  /** Continue as new at this many events; tests set it low. */
  readonly eventsBeforeContinue?: number
}

/** The compact record of a `watch` shard: heartbeat details, also what `phix status` reads. */
export interface WatchCheckpoint {
  readonly v: 1
  readonly at: number
  readonly nodes: readonly {
    readonly name: string
    readonly phi: number
    readonly verdict: Verdict
    readonly beats: number
    readonly lastBeatAt: number | null
    readonly window: string
  }[]
  readonly lagMs: number
  readonly checksum: string
}
