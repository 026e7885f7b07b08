// What one event does: the new state, the decisions that were made, and what the world is asked to do.
import type { RunInput, Verb, VerbMessage } from '../plan/run.ts'
import type { Decision, RecordEntry, RunBooks, Trigger } from './protocol.ts'
import type { GuardState } from './state.ts'

export interface Step {
  readonly state: GuardState
  readonly decisions: readonly Decision[]
  readonly effects: readonly Effect[]
}

export type Effect =
  | { readonly kind: 'match'; readonly trigger: Trigger; readonly probe?: boolean }
  | {
      readonly kind: 'start'
      readonly workflowId: string
      readonly input: RunInput
      readonly grantId: string
      readonly books: RunBooks
    }
  | { readonly kind: 'record'; readonly record: RecordEntry }
  /** A run is told something; one that has ended meanwhile does not hear it. */
  | { readonly kind: 'say'; readonly workflowId: string; readonly verb: Verb; readonly message: VerbMessage }
  /** A person should know now. */
  /** What the run was started for is gone: nobody has to be called. */
  | { readonly kind: 'calm'; readonly workflowId: string }
  | { readonly kind: 'page'; readonly key: string; readonly message: string }

export const still = (state: GuardState): Step => ({ state, decisions: [], effects: [] })

/** Lets a further change follow on a step; decisions and effects add up. */
export function andThen(step: Step, next: (state: GuardState) => Step): Step {
  const { state, decisions, effects } = next(step.state)
  return { state, decisions: [...step.decisions, ...decisions], effects: [...step.effects, ...effects] }
}
