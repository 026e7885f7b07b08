import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { SetStep } from '../../../src/plan/plan.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, type StepDone } from '../run-steps.ts'

/** Computes values; later steps read them as `steps.<id>.output.<name>`. */
export const runSet = async (context: RunContext, step: SetStep, around: Surroundings): Promise<StepDone> =>
  completed(renderMap(step.values, scopeAt(context, around)))
