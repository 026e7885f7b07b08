// A runbook as steps we know, each with its place in the text. Made by the second pass, judged by the third, lowered by
// the fourth. Durations are integer ms already; expressions and names are not resolved yet.
import type { Json } from '../../plan/json.ts'
import type { Automation, GuardSpec, InputSpec, OnFailure, Retry, Severity } from '../../plan/plan.ts'
import type { Entry, MapTree, ScalarTree, Span, Tree } from '../1-read/tree.ts'

export interface Expression {
  readonly source: string
  readonly scalar: ScalarTree
  /** Where in the scalar's text the source begins. */
  readonly from: number
}

export type ValueAst =
  | { readonly kind: 'lit'; readonly value: Json; readonly tree: Tree }
  | { readonly kind: 'cel'; readonly expression: Expression; readonly tree: Tree }
  | { readonly kind: 'text'; readonly parts: readonly (string | Expression)[]; readonly tree: Tree }
  | { readonly kind: 'list'; readonly items: readonly ValueAst[]; readonly tree: Tree }
  | { readonly kind: 'map'; readonly entries: readonly ValueEntry[]; readonly tree: Tree }

export interface ValueEntry {
  readonly key: string
  readonly keyAt: Span
  readonly value: ValueAst
}

/** A name that another pass resolves. */
export interface Named {
  readonly name: string
  readonly at: Span
}

export interface ApprovalAst {
  readonly message: ValueAst | null
  readonly from: readonly string[]
  readonly quorum: number
  readonly deadlineMs: number | null
  readonly onDeadline: 'reject' | 'escalate' | null
  readonly recheck: Named | null
}

export type UndoAst =
  'nothing' | 'impossible' | { readonly action: Named; readonly with: readonly ValueEntry[]; readonly at: Span }

/** What a step does, by kind. */
export type StepPart =
  | { readonly kind: 'act'; readonly action: Named; readonly with: readonly ValueEntry[] }
  | {
      readonly kind: 'waitUntil'
      readonly action: Named
      readonly with: readonly ValueEntry[]
      readonly until: Expression | null
      readonly everyMs: number
    }
  | { readonly kind: 'wait'; readonly for: ValueAst }
  | { readonly kind: 'set'; readonly values: readonly ValueEntry[] }
  | { readonly kind: 'notify'; readonly to: readonly string[]; readonly message: ValueAst }
  | { readonly kind: 'fail'; readonly code: string; readonly message: ValueAst }
  | { readonly kind: 'end'; readonly outcome: 'recovered' | 'effective'; readonly message: ValueAst | null }
  | ({ readonly kind: 'approve' } & ApprovalAst)
  | {
      readonly kind: 'manual'
      readonly text: ValueAst
      readonly checklist: readonly string[]
      readonly output: Json | null
      readonly deadlineMs: number | null
    }
  | { readonly kind: 'do'; readonly outputs: readonly ValueEntry[] }
  | {
      readonly kind: 'parallel'
      readonly concurrency: number | null
      readonly mode: 'failFast' | 'collect'
      readonly maxFailures: number | { readonly ratio: number } | null
      readonly outputs: readonly ValueEntry[]
    }
  | {
      readonly kind: 'forEach'
      readonly in: ValueAst
      readonly key: Expression | null
      readonly concurrency: number
      readonly ramp: 'none' | 'exponential'
      readonly mode: 'failFast' | 'collect'
      readonly maxFailures: number | { readonly ratio: number } | null
      readonly outputs: readonly ValueEntry[]
    }
  | { readonly kind: 'switch'; readonly outputs: readonly ValueEntry[] }
  | {
      readonly kind: 'repeat'
      readonly until: Expression | null
      readonly maxIterations: number | null
      readonly everyMs: number
      readonly outputs: readonly ValueEntry[]
    }
  | { readonly kind: 'try'; readonly outputs: readonly ValueEntry[] }
  | { readonly kind: 'run'; readonly runbook: Named; readonly with: readonly ValueEntry[] }
  | { readonly kind: 'degrade'; readonly mode: string; readonly reason: ValueAst }
  | { readonly kind: 'restore'; readonly mode: string }
  | { readonly kind: 'undoLeft' }

export type BlockRole = 'steps' | 'branch' | 'case' | 'otherwise' | 'catch' | 'finally'

/** A list of steps inside a step. */
export interface BlockAst {
  readonly role: BlockRole
  /** Name of a branch. */
  readonly name: string
  /** Condition of a case. */
  readonly when: Expression | null
  /** Failure codes of a catch. */
  readonly codes: readonly string[] | null
  readonly steps: readonly StepAst[]
}

export interface StepAst {
  readonly id: string
  readonly named: boolean
  readonly idAt: Span
  readonly title: string | null
  readonly condition: Expression | null
  readonly timeoutMs: number | null
  readonly retry: Retry | null
  readonly onFailure: OnFailure | null
  readonly needsApproval: ApprovalAst | null
  readonly irreversible: boolean
  readonly undo: UndoAst | null
  readonly part: StepPart
  readonly blocks: readonly BlockAst[]
  readonly tree: MapTree
  /** The key that says what the step does. */
  readonly keyAt: Span
  /** True where it is not known what it does: its inside is not judged any further, so that one mistake is one message. */
  readonly broken: boolean
  /** Its keys of which something has been told: rules say no more about them. */
  readonly told: ReadonlySet<string>
}

export interface InputAst {
  readonly spec: InputSpec
  readonly entry: Entry
  readonly broken: boolean
}

export interface TriggerAst {
  readonly kind: 'verdict' | 'returned' | 'condition' | 'trend' | 'alert' | 'schedule' | 'every'
  readonly when: Expression | null
  readonly bind: readonly ValueEntry[]
  readonly that: Expression | null
  /** Of `every`: how often. */
  readonly everyMs: number | null
  /** The rest of the trigger, as the plan has it. */
  readonly rest: Readonly<Record<string, Json>>
  readonly tree: MapTree
  readonly keyAt: Span
  readonly broken: boolean
  readonly told: ReadonlySet<string>
}

export interface VerifyAst {
  readonly that: readonly Expression[]
  readonly withinMs: number
  readonly stableMs: number
  readonly everyMs: number
  readonly onIneffective: 'keep' | 'undo'
  readonly tree: MapTree
}

export interface RunbookAst {
  readonly name: string
  /** False where something was left out that may use an input. */
  readonly isWhole: boolean
  /** False where there may be more inputs, or triggers, than could be read. */
  readonly knowsInputs: boolean
  readonly knowsTriggers: boolean
  readonly nameAt: Span
  readonly summary: string
  readonly severity: Severity
  readonly automation: Automation
  readonly expectMs: number | null
  readonly owner: string | null
  readonly inputs: readonly InputAst[]
  readonly triggers: readonly TriggerAst[]
  readonly guard: GuardSpec
  readonly steps: readonly StepAst[]
  readonly finally: readonly StepAst[]
  readonly verify: VerifyAst | null
  readonly escalate: readonly { readonly after: 'failure' | number; readonly notify: readonly string[] }[]
}
