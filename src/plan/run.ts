// What crosses between a run and the rest: its input, its messages, what it tells while it goes, how it ended.
import type { Json } from './json.ts'
import type { Failure } from './manifest.ts'
import type { ActionRef, Plan, Severity } from './plan.ts'

/** How a run ended: the closed list (rules.md, Endings). */
export const OUTCOMES = [
  'effective',
  'recovered',
  'ineffective',
  'failed',
  'cancelled',
  'rejected',
  'refused',
  'needs-human',
  'timed-out',
  'terminated',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Who or what started a run. `kind: person` makes `onFailure` default to `park`. */
export type StartedBy =
  | { readonly kind: 'person'; readonly name: string }
  | { readonly kind: 'verdict' | 'condition' | 'trend' | 'alert' | 'returned' | 'schedule'; readonly why: string }

/** The detector's leave for one run. It travels in the memo (`phixGrant`), so that a copied input carries none. */
export interface Grant {
  readonly id: string
  readonly workflowId: string
  /** Epoch ms; a grant is void 60 s later. */
  readonly issuedAt: number
}
export const GRANT_MEMO = 'phixGrant'
export const GRANT_VALID_MS = 60_000

/** The single argument of a runbook workflow. */
export interface RunInput {
  readonly plan: Plan
  /** sha256 of the plan's canonical JSON, 64 hex digits. */
  readonly planHash: string
  readonly inputs: Readonly<Record<string, Json>>
  readonly cluster: string
  /** The target's name in the inventory; the cluster's own name where the whole cluster is meant. */
  readonly target: string
  readonly startedBy: StartedBy
  /** The trigger as the expressions see it (`alert`, evidence); small. */
  readonly trigger: Json
  /** What an earlier run left on this target, for the step `undoLeft`. */
  readonly left?: readonly UndoEntry[]
  /** Id of the run whose step this one is. */
  readonly parent?: string
  /** Groups that are told that it waits for a person, where the runbook names nobody. */
  readonly page?: readonly string[]
  /** The interpreter's state where this run continues an earlier one (continue-as-new). */
  readonly state?: Json
}

export const STEP_STATUSES = ['waiting', 'running', 'completed', 'failed', 'skipped', 'cancelled', 'undone'] as const

export type StepStatus = (typeof STEP_STATUSES)[number]

/** One row of the step table: in `setCurrentDetails`, `phix show`, `phix follow`. */
export interface StepRow {
  /** Step id with the iteration's key: `drain[node-2]/ok`. */
  readonly id: string
  readonly title: string
  readonly status: StepStatus
  readonly attempts: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** Failure code, or null. */
  readonly code: string | null
  readonly message: string | null
}

/** A place where a run waits for people. */
export interface Gate {
  /** Step path with the iteration's key; unique in the run. */
  readonly id: string
  readonly kind: 'approval' | 'parked' | 'uncertain'
  readonly title: string
  readonly message: string
  /** sha256-like fingerprint of the snapshot shown: plan hash, gate id, rendered arguments, targets, evidence. 16 hex digits or more. */
  readonly snapshotHash: string
  readonly snapshot: Json
  readonly openedAt: number
  readonly deadlineAt: number | null
  /** The verbs that settle it. */
  readonly verbs: readonly Verb[]
}

/** What a person can say to a run. Every verb is an update and a signal of the same name, with one object argument. */
export const VERBS = ['approve', 'reject', 'retry', 'skip', 'supply', 'cancel', 'pause', 'resume', 'ack'] as const
export type Verb = (typeof VERBS)[number]
/** Verbs that are said to the run as a whole; the others settle a gate. */
export const RUN_VERBS = ['cancel', 'pause', 'resume', 'ack'] as const satisfies readonly Verb[]
export type RunVerb = (typeof RUN_VERBS)[number]

/** What holds a run before its next step, and until when (epoch ms) at the latest. */
export interface Pause {
  readonly by: string
  readonly why: string | null
  readonly at: number
  readonly until: number
  readonly hold: 'person' | 'freeze'
}

/** The one argument of every verb. `gate` and `hash` may be left out for the `RUN_VERBS`. */
export interface VerbMessage {
  readonly gate?: string
  /** At least the first 8 characters of the gate's snapshotHash. */
  readonly hash?: string
  readonly by: string
  readonly why?: string
  /** For `supply`: the step's output; for `retry`: other arguments. */
  readonly value?: Json
  /** For `pause`: epoch ms at which the run goes on by itself. */
  readonly until?: number
  /** For `cancel` and `pause`: refused where the run has begun to change anything. */
  readonly ifUnchanged?: boolean
  /** For `pause` and `resume`: who holds it, where it is not a person. */
  readonly hold?: 'freeze'
}

/** A change that is still in the world after the run, with what takes it back. In order of completion. */
export interface UndoEntry {
  readonly stepId: string
  readonly title: string
  readonly action: ActionRef
  readonly args: Readonly<Record<string, Json>>
  readonly target: string | null
}

/** Answer of the query `state`: everything a watcher needs to tell the story. */
export interface RunState {
  readonly v: 1
  readonly runbook: string
  readonly planHash: string
  readonly cluster: string
  readonly target: string
  readonly startedAt: number
  readonly startedBy: StartedBy
  readonly steps: readonly StepRow[]
  readonly gates: readonly Gate[]
  readonly notes: readonly { readonly at: number; readonly text: string }[]
  readonly result: RunResult | null
  /** What holds the run before its next step; absent where nothing does. */
  readonly pauses?: readonly Pause[]
  /** Who is on it, so that nobody else is called. */
  readonly acked?: { readonly by: string; readonly at: number } | null
}
export const STATE_QUERY = 'state'
/** Signal of the detector: what the run was started for is gone, so that nobody has to be called any more. */
export const RESOLVED_SIGNAL = 'resolved'

/** The workflow's result. */
export interface RunResult {
  readonly outcome: Outcome
  /** Failure code or a more exact word, e.g. `verify-did-not-hold`. */
  readonly code: string
  /** One sentence for the person who reads it. */
  readonly message: string
  readonly failure: Failure | null
  /** What this run changed and left; the detector keeps it for `returned`. */
  readonly left: readonly UndoEntry[]
  readonly startedAt: number
  readonly endedAt: number
}

/** The single argument of every action's activity. The activity's type is the action's name. */
export interface ActionCall {
  readonly args: Readonly<Record<string, Json>>
  /** First run id of the chain + step path + iteration key + operator-retry number. */
  readonly idempotencyKey: string
  readonly run: {
    readonly workflowId: string
    readonly runbook: string
    readonly cluster: string
    readonly target: string
    readonly stepId: string
    readonly startedBy: string
  }
  /** A dry run: reads run, changes only render what they would do. */
  readonly dryRun?: boolean
  /** Poll this read until `until` (CEL over `scope` and `output`) holds; the deadline is the activity's own timeout. */
  readonly poll?: {
    readonly until: string
    readonly everyMs: number
    readonly timeoutMs: number
    readonly scope: Readonly<Record<string, Json>>
  }
  readonly retry?: {
    readonly backoffMs: number
    readonly factor: number
    readonly jitter: number
    readonly capMs: number | null
    readonly on: readonly string[] | null
  }
}

/** The argument of the activity `verify`. */
export interface VerifyCall {
  readonly that: readonly string[]
  readonly withinMs: number
  readonly stableMs: number
  readonly everyMs: number
  readonly cluster: string
  readonly target: string
  /** Roots the conditions may use beside the fresh evidence (`cluster`, `requests`, `target`): `inputs`, `steps`, … */
  readonly scope: Readonly<Record<string, Json>>
}

/** What `verify` found. It never fails because a condition is false: that is `held: false`. */
export interface VerifyReport {
  readonly held: boolean
  /** The conditions that were last false or unknown, with what was seen. */
  readonly unmet: readonly { readonly that: string; readonly seen: string }[]
  readonly evidence: Json
}

/** The argument of the activity `notify`. */
export interface NotifyCall {
  readonly to: readonly string[]
  readonly message: string
  readonly idempotencyKey: string
  readonly run: ActionCall['run']
  /** Absent: it goes out at any hour. */
  readonly severity?: Severity
  /** Absent: a note. */
  readonly form?: NotifyForm
  /** What is not delivered is a failure, so that it is tried again. */
  readonly insist?: boolean
}

/** Why people are told: a runbook says so, they are called, called again, one level up, kept up to date, it is over. */
export const NOTIFY_FORMS = ['note', 'page', 'repeat', 'level', 'update', 'end'] as const
export type NotifyForm = (typeof NOTIFY_FORMS)[number]

/** What became of one message. */
export interface NotifyReport {
  /** Who was meant. */
  readonly told: readonly string[]
  /** False where this message was told before. */
  readonly isNew: boolean
  readonly notes: readonly string[]
  /** Something could not be delivered: from this time (epoch ms) on it can be tried again. */
  readonly pendingAt?: number
  /** Nothing was delivered, because it is quiet until then (epoch ms). */
  readonly heldUntil?: number
  /** How the run goes on to call people; absent where the inventory has no `notify`. */
  readonly paging?: PagingPolicy
}

/** What a page that nobody acknowledges leads to. The inventory's `notify`, as it was at the first page. */
export interface PagingPolicy {
  /** The same people are called again after this; 0: never. */
  readonly repeatMs: number
  /** At most so many times. */
  readonly repeats: number
  /** Those who were called hear how an open run stands; 0: never. */
  readonly updateMs: number
  /** The levels above the first: who is called as well, and how long after the first page. */
  readonly levels: readonly { readonly afterMs: number; readonly to: readonly string[] }[]
}

/** The argument of the workflow `notification`: one message that could not be delivered at once. */
export interface NotificationInput {
  readonly call: NotifyCall
  /** Epoch ms; not before. */
  readonly at: number
}

/** Nothing larger crosses a border (temporal.md §13.12). Bytes of UTF-8 JSON. */
export const LIMITS = {
  outputBytes: 64 * 1024,
  errorTextBytes: 8 * 1024,
  inputsBytes: 64 * 1024,
  messageBytes: 32 * 1024,
  planBytes: 512 * 1024,
  taskBytes: 1024 * 1024,
  stepsBeforeContinue: 500,
  eventsBeforeContinue: 4096,
} as const
