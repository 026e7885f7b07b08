import type { Json, JsonObject } from '../../src/plan/json.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { StartedBy } from '../../src/plan/run.ts'
import type { Host } from './host.ts'
import type { State } from './state.ts'

/** What every step of a run is given. */
export interface RunContext {
  readonly plan: Plan
  readonly planHash: string
  readonly host: Host
  readonly state: State
  readonly startedBy: StartedBy
  /** Roots that are the same for every step: inputs, run, target, cluster, alert, modes. */
  readonly roots: JsonObject
  readonly cluster: string
  readonly target: string
}

/** What a block gives to its steps: where they are, and which names they see. */
export interface Surroundings {
  /** Path of the block, '' at the top. */
  readonly path: string
  /** Named steps that came before, in this block or around it; grows as steps finish. */
  readonly steps: Record<string, Json>
  /** `item`, `index`, `error`, where they exist. */
  readonly extra: JsonObject
}

export const pathOf = (around: Surroundings, id: string): string => (around.path === '' ? id : `${around.path}/${id}`)

/** A block inside: sees what is outside, keeps its own names to itself. */
export const enter = (around: Surroundings, path: string, extra: JsonObject = {}): Surroundings => ({
  path,
  steps: { ...around.steps },
  extra: { ...around.extra, ...extra },
})

/** The scope of an expression at this place. */
export const scopeAt = (context: RunContext, around: Surroundings): JsonObject => ({
  ...context.roots,
  ...around.extra,
  steps: around.steps,
  now: context.host.now(),
})
