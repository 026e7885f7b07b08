import type { Json } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import { NEXT, type Flow } from './flow.ts'

/** What a step's kind answers. `flow` other than `next` or `failed` ends more than the step. */
export interface StepDone {
  readonly flow: Flow
  readonly output: Json
  readonly attempts: number
  readonly skipped: boolean
}

export const completed = (output: Json = null, attempts = 1): StepDone => ({
  flow: NEXT,
  output,
  attempts,
  skipped: false,
})

export const stopped = (flow: Flow, attempts = 1, output: Json = null): StepDone => ({
  flow,
  output,
  attempts,
  skipped: false,
})

export const failed = (failure: Failure, step: string, attempts = 1): StepDone =>
  stopped({ kind: 'failed', failure, step }, attempts)

export const SKIPPED: StepDone = { flow: NEXT, output: null, attempts: 0, skipped: true }
