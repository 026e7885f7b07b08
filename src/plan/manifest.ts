// What an action is, as data. The catalogue (activities/catalogue.ts) is a list of these; check, docs, dry run, retry
// policy and the contract suite are all derived from it.
import type { Json, JsonObject } from './json.ts'

/** JSON Schema, draft-07 subset. */
export type JsonSchema = JsonObject

export type Effect = 'read' | 'change' | 'destroy'

/**
 * What a repeat means. `yes`: harmless. `check`: the action probes before it acts. `no`: one attempt only; a lost
 * outcome is `uncertain` and a person is asked.
 */
export type Idempotency = 'yes' | 'check' | 'no'

/**
 * What a completed change leaves behind. `with` maps the undo action's arguments to CEL over `input` and `output` of
 * the change, e.g. `{ node: 'output.node', state: 'output.before' }`.
 */
export type ManifestUndo =
  'nothing' | 'impossible' | { readonly action: string; readonly with: Readonly<Record<string, string>> }

export interface ActionManifest {
  /** `<driver>.<verb>`, e.g. `service.restart`. */
  readonly name: string
  readonly summary: string
  readonly effect: Effect
  readonly idempotency: Idempotency
  /** Only meaningful for `change` and `destroy`. */
  readonly undo: ManifestUndo
  readonly input: JsonSchema
  readonly output: JsonSchema
  /** One attempt's limit. */
  readonly timeoutMs: number
  /** A worker that is silent for longer is taken for dead. */
  readonly heartbeatMs: number
  /** Names of the arguments that hold a target of the inventory: what the plan, locks and breakers are keyed by. */
  readonly targets: readonly string[]
}

/** Failure codes, closed list (house-style.md, Errors). */
export const FAILURE_CODES = ['rejected', 'refused', 'unavailable', 'uncertain', 'exhausted'] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

/** A step's failure as data: what failed, on what, what to do. */
export interface Failure {
  readonly code: FailureCode
  readonly message: string
  readonly detail?: Json
}
