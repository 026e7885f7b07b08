// The port between the interpreter and whatever runs it: Temporal (workflows/temporal-host.ts) or the simulator.
// Nothing here throws for what can happen to a run: failures and cancellation are answers. An exception is a bug.
import type { Json, JsonObject } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import type { ActionRef, Plan, Retry } from '../../src/plan/plan.ts'
import type { Gate, RunResult, Verb, VerifyCall, VerifyReport } from '../../src/plan/run.ts'

/** One action to run. `path` names it in the run; `attemptKey` makes it unique also when an operator retried it. */
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
  readonly deadlineAt: number | null
  readonly verbs: readonly Verb[]
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

export type ChildAnswer = { readonly kind: 'ended'; readonly result: RunResult } | { readonly kind: 'cancelled' }

/** A part of a run that can be cancelled by itself. Cancelling makes every pending answer inside `cancelled`. */
export interface Scoped<T> {
  readonly result: Promise<{ readonly value: T; readonly timedOut: boolean }>
  cancel(): void
}

export interface Host {
  /** Deterministic time, epoch ms. */
  now(): number
  act(request: ActRequest): Promise<ActAnswer>
  verify(
    path: string,
    title: string,
    call: VerifyCall,
  ): Promise<
    | { readonly kind: 'report'; readonly report: VerifyReport }
    | { readonly kind: 'failed'; readonly failure: Failure }
    | { readonly kind: 'cancelled' }
  >
  /** Never fails the run: a channel that is down is told in the notes. */
  notify(path: string, to: readonly string[], message: string): Promise<void>
  sleep(path: string, ms: number, title: string): Promise<'slept' | 'cancelled'>
  ask(gate: GateRequest): Promise<GateAnswer>
  child(path: string, title: string, plan: Plan, inputs: JsonObject): Promise<ChildAnswer>
  scope<T>(body: () => Promise<T>, options: { readonly timeoutMs: number | null }): Scoped<T>
  /** Runs where no cancellation of the run can reach. */
  shielded<T>(body: () => Promise<T>): Promise<T>
  /** The state changed: what is shown to people may be drawn anew. */
  changed(): void
}
