// The compiled runbook: the one artefact that crosses from the compiler into the workflow. Plain JSON, versioned,
// content-hashed (hash.ts); source positions travel beside it, never inside. Nothing here knows YAML or Temporal.
// Read next: run.ts (what a run is given and reports), workflows/interpreter (what a plan does).
import type { Json } from './json.ts'
import type { Effect, Idempotency } from './manifest.ts'

export const PLAN_VERSION = 1

/** CEL source text, already type-checked. */
export type Cel = string

/**
 * A value that may hold expressions. `lit`: as it is. `cel`: one whole `${{ }}`, keeps its type. `text`: mixed text,
 * parts joined as strings. `list`, `map`: at least one expression somewhere below (else the whole is `lit`).
 */
export type Value =
  | { readonly lit: Json }
  | { readonly cel: Cel }
  | { readonly text: readonly (string | { readonly cel: Cel })[] }
  | { readonly list: readonly Value[] }
  | { readonly map: Readonly<Record<string, Value>> }

export type ValueMap = Readonly<Record<string, Value>>

export type Severity = 'low' | 'medium' | 'high' | 'critical'
export type Automation = 'observe' | 'suggest' | 'approve' | 'auto'

export interface Plan {
  readonly version: typeof PLAN_VERSION
  /** The runbook's name: kebab-case; also the workflow type. */
  readonly name: string
  readonly summary: string
  readonly severity: Severity
  readonly automation: Automation
  /** What a good run takes; slower ones are flagged. */
  readonly expectMs: number | null
  readonly owner: string | null
  readonly inputs: readonly InputSpec[]
  readonly triggers: readonly TriggerSpec[]
  readonly guard: GuardSpec
  readonly steps: readonly Step[]
  /** Runs whatever the ending, in a scope cancellation cannot reach. */
  readonly finally: readonly Step[]
  readonly verify: VerifySpec | null
  readonly escalate: readonly EscalationLevel[]
}

export type InputType =
  'string' | 'int' | 'number' | 'bool' | 'duration' | 'enum' | 'node' | 'service' | 'cluster' | 'list' | 'map'

export interface InputSpec {
  readonly name: string
  readonly type: InputType
  readonly summary: string | null
  readonly required: boolean
  readonly default: Json | null
  /** JSON Schema of the value as the run sees it (durations are integer ms): limits, patterns, enum, items. */
  readonly schema: Json
}

/** What starts a runbook. `bind` maps inputs to values over `target`, `cluster`, `alert`; `when` is a further condition. */
export type TriggerSpec = { readonly when: Cel | null; readonly bind: ValueMap } & (
  | { readonly kind: 'verdict'; readonly verdict: 'suspect' | 'failed' }
  | { readonly kind: 'returned' }
  | { readonly kind: 'condition'; readonly that: Cel; readonly over: 'target' | 'cluster'; readonly forMs: number }
  | {
      readonly kind: 'trend'
      readonly metric: string
      readonly reaches: number
      readonly withinMs: number
      readonly confidence: number
    }
  | { readonly kind: 'alert'; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'schedule'; readonly cron: string; readonly timezone: string }
)

export interface GuardSpec {
  /** Name of the input whose target is locked, or a scope of the tree cluster ⊃ zone ⊃ service ⊃ node. */
  readonly lock: 'cluster' | 'zone' | 'service' | 'node' | null
  readonly attempts: readonly { readonly count: number; readonly windowMs: number }[]
  readonly cooldownMs: number
  /** Disruption budget: at least this share (0–1) and this many stay healthy. */
  readonly keepHealthyRatio: number | null
  readonly keepHealthyCount: number | null
  /** The budget inside each zone that a run touches. */
  readonly keepPerZone?: { readonly ratio: number | null; readonly count: number | null }
  /** No start by itself this long after a run on the target helped: what had started it decays only slowly. */
  readonly holdMs?: number
  /** After so many runs in a row that did not help a target it is not started there again by itself. Absent: 3. */
  readonly giveUpAfter?: number
  readonly onBusy: 'join' | 'queue' | 'refuse' | 'preempt'
  readonly onResolved: 'finish' | 'cancel' | 'ask'
}

export interface Retry {
  /** Attempts in all, the first included. */
  readonly attempts: number
  readonly backoffMs: number
  readonly factor: number
  /** 0–1, share of the backoff that is random. */
  readonly jitter: number
  readonly capMs: number | null
  readonly budgetMs: number | null
  /** Failure codes that are retried; null: the defaults (`unavailable` only). */
  readonly on: readonly string[] | null
}

export type OnFailure = 'abort' | 'continue' | 'park'

/** A manifest's part that a run needs, copied at compile time: what was reviewed is what runs. */
export interface ActionRef {
  readonly name: string
  readonly effect: Effect
  readonly idempotency: Idempotency
  readonly attemptTimeoutMs: number
  readonly heartbeatMs: number
  /** JSON Schema of its output where that is small: what a person supplies in its place is held to it. */
  readonly output?: Json
}

export type UndoSpec =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'impossible' }
  /** `with` may use `input` (the rendered arguments) and `output` of the step it undoes. */
  | { readonly kind: 'action'; readonly action: ActionRef; readonly with: ValueMap }

interface StepBase {
  /** Unique in the runbook; written by the author, or derived from the position (`step-3`, `step-3-1`). */
  readonly id: string
  /** True where the author wrote the id: only such steps can be referred to. */
  readonly named: boolean
  /** What the Temporal UI and CLI show; always present (from `title`, else from the action's summary). */
  readonly title: string
  readonly if: Cel | null
  /** Covers the whole step with its retries; null: no limit of its own. */
  readonly timeoutMs: number | null
  readonly retry: Retry | null
  /** null: `park` for runs a person started, else `abort`. */
  readonly onFailure: OnFailure | null
}

export interface ActStep extends StepBase {
  readonly kind: 'act'
  readonly action: ActionRef
  readonly with: ValueMap
  /** Names in `with` that hold targets. */
  readonly targets: readonly string[]
  readonly undo: UndoSpec
}
/** Polls a read until `until` (over `output`) holds. One activity. */
export interface WaitUntilStep extends StepBase {
  readonly kind: 'waitUntil'
  readonly action: ActionRef
  readonly with: ValueMap
  readonly targets: readonly string[]
  readonly until: Cel
  readonly everyMs: number
  readonly timeoutMs: number
}
export interface WaitStep extends StepBase {
  readonly kind: 'wait'
  readonly for: Value
}
export interface SetStep extends StepBase {
  readonly kind: 'set'
  readonly values: ValueMap
}
export interface NotifyStep extends StepBase {
  readonly kind: 'notify'
  readonly to: readonly string[]
  readonly message: Value
}
export interface FailStep extends StepBase {
  readonly kind: 'fail'
  readonly code: string
  readonly message: Value
}
/** `recovered` claims that nothing had to be done; any other word is the sentence of a successful end, verify decides. */
export interface EndStep extends StepBase {
  readonly kind: 'end'
  readonly outcome: 'recovered' | 'effective'
  readonly message: Value | null
}
export interface ApproveStep extends StepBase {
  readonly kind: 'approve'
  readonly message: Value
  readonly from: readonly string[]
  readonly quorum: number
  readonly deadlineMs: number
  readonly onDeadline: 'reject' | 'escalate'
  readonly recheck: string | null
}
export interface ManualStep extends StepBase {
  readonly kind: 'manual'
  readonly text: Value
  readonly checklist: readonly string[]
  readonly output: Json | null
  readonly deadlineMs: number | null
}
interface Block extends StepBase {
  readonly steps: readonly Step[]
  readonly outputs: ValueMap
}
export interface DoStep extends Block {
  readonly kind: 'do'
}
export interface ParallelStep extends StepBase {
  readonly kind: 'parallel'
  readonly branches: readonly { readonly id: string; readonly steps: readonly Step[] }[]
  readonly concurrency: number | null
  readonly mode: 'failFast' | 'collect'
  readonly maxFailures: number | { readonly ratio: number } | null
  readonly outputs: ValueMap
}
export interface ForEachStep extends Block {
  readonly kind: 'forEach'
  readonly in: Value
  /** CEL over `item` that names an iteration; null: the item itself where it is a string, else its index. */
  readonly key: Cel | null
  readonly concurrency: number
  readonly ramp: 'none' | 'exponential'
  readonly mode: 'failFast' | 'collect'
  readonly maxFailures: number | { readonly ratio: number } | null
}
export interface SwitchStep extends StepBase {
  readonly kind: 'switch'
  readonly cases: readonly { readonly when: Cel; readonly steps: readonly Step[] }[]
  readonly otherwise: readonly Step[]
  readonly outputs: ValueMap
}
export interface RepeatStep extends Block {
  readonly kind: 'repeat'
  readonly until: Cel
  readonly maxIterations: number
  readonly everyMs: number
}
export interface TryStep extends StepBase {
  readonly kind: 'try'
  readonly steps: readonly Step[]
  readonly catches: readonly { readonly codes: readonly string[] | null; readonly steps: readonly Step[] }[]
  readonly finally: readonly Step[]
  readonly outputs: ValueMap
}
/** Another runbook, as a child run; its plan is embedded, so that nothing changes under way. */
export interface RunStep extends StepBase {
  readonly kind: 'run'
  readonly plan: Plan
  readonly with: ValueMap
}
export interface DegradeStep extends StepBase {
  readonly kind: 'degrade'
  readonly mode: string
  readonly reason: Value
}
export interface RestoreStep extends StepBase {
  readonly kind: 'restore'
  readonly mode: string
}

/** Takes back what an earlier run left on this target (`RunInput.left`), last first, each as an action of its own. */
export interface UndoLeftStep extends StepBase {
  readonly kind: 'undoLeft'
}

export type Step =
  | ActStep
  | WaitUntilStep
  | WaitStep
  | SetStep
  | NotifyStep
  | FailStep
  | EndStep
  | ApproveStep
  | ManualStep
  | DoStep
  | ParallelStep
  | ForEachStep
  | SwitchStep
  | RepeatStep
  | TryStep
  | RunStep
  | DegradeStep
  | RestoreStep
  | UndoLeftStep

export type StepKind = Step['kind']

/** Decides success: every condition must hold for the whole `stable` window, inside `within`. */
export interface VerifySpec {
  readonly that: readonly Cel[]
  readonly withinMs: number
  readonly stableMs: number
  readonly everyMs: number
  readonly onIneffective: 'keep' | 'undo'
}

export interface EscalationLevel {
  readonly after: { readonly kind: 'failure' } | { readonly kind: 'elapsed'; readonly ms: number }
  readonly notify: readonly string[]
}
