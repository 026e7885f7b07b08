// The port between the interpreter and whatever runs it: Temporal (workflows/temporal-host.ts) or the simulator.
// Nothing here throws for what can happen to a run: failures and cancellation are answers. An exception is a bug.
import type { Json, JsonObject } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import type { ActionRef, Plan, Retry } from '../../src/plan/plan.ts'
import type { Gate, NotifyForm, PagingPolicy, RunResult, Verb, VerifyCall } from '../../src/plan/run.ts'
import type { Verified } from './state.ts'

/** One action to run. `path` names it in the run; with `operatorRetry` it is unique also when a person retried it. */
export interface ActRequest {
  readonly path: string
  readonly operatorRetry: number
  readonly title: string
  readonly action: ActionRef
  readonly args: JsonObject
  readonly retry: Retry | null
  /** Covers all attempts; null: no limit but the attempts themselves. */
  readonly totalTimeoutMs: number | null
  readonly poll: {
    readonly until: string
    readonly everyMs: number
    readonly timeoutMs: number
    readonly scope: JsonObject
  } | null
}

export type ActAnswer =
  | { readonly kind: 'ok'; readonly output: Json; readonly attempts: number }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly attempts: number }
  | { readonly kind: 'cancelled' }

export interface GateRequest {
  readonly id: string
  readonly kind: Gate['kind']
  readonly title: string
  readonly message: string
  readonly snapshot: Json
  readonly openedAt: number
  readonly deadlineAt: number
  readonly verbs: readonly Verb[]
  /** People whose word does not count here: the starter, and who has voted already. */
  readonly notBy: readonly string[]
  /** JSON Schema of what `supply` must bring; absent: anything. */
  readonly output?: Json | null
}

export type GateAnswer =
  | {
      readonly kind: 'said'
      readonly verb: Verb
      readonly by: string
      readonly why: string | null
      readonly value: Json | null
    }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'cancelled' }

export type ChildAnswer =
  | { readonly kind: 'ended'; readonly result: RunResult }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'cancelled' }

/** A part of a run that can be cancelled by itself. Cancelling makes every pending answer inside `cancelled`. */
export interface Scoped<T> {
  readonly result: Promise<{ readonly value: T; readonly timedOut: boolean }>
  cancel(): void
}

export interface ScopeOptions {
  /** null: no limit; 0 or less: it has passed already. */
  readonly timeoutMs: number | null
  /** It was cancelled in an earlier run of the chain. */
  readonly cancelled: boolean
}

/** What became of a message. */
export interface Told {
  /** Why nobody was told; null where it is on its way. */
  readonly problem: string | null
  /** How to go on where nobody acknowledges it; null: not at all. */
  readonly paging: PagingPolicy | null
  /** It is quiet until then (epoch ms), and nobody was told: whoever called has to call again. */
  readonly heldUntil: number | null
}

export interface Host {
  /** Deterministic time, epoch ms. */
  now(): number
  act(request: ActRequest): Promise<ActAnswer>
  verify(path: string, title: string, call: VerifyCall): Promise<Verified>
  /** Never fails the run. */
  notify(path: string, to: readonly string[], message: string, form: NotifyForm): Promise<Told>
  sleep(path: string, ms: number, title: string): Promise<'slept' | 'cancelled'>
  /** Waits until `isOver`, or until a time (epoch ms). */
  hold(isOver: () => boolean, until: number, title: string): Promise<'over' | 'cancelled'>
  ask(gate: GateRequest): Promise<GateAnswer>
  child(path: string, title: string, plan: Plan, inputs: JsonObject): Promise<ChildAnswer>
  scope<T>(body: () => Promise<T>, options: ScopeOptions): Scoped<T>
  /** Runs where no cancellation around can reach. */
  shielded<T>(body: () => Promise<T>): Promise<T>
  /** Whether the scope around this call is cancelled. */
  isCancelled(): boolean
  /** The state changed: what is shown to people may be drawn anew. */
  changed(): void
}
