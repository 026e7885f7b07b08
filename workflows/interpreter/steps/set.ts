import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { SetStep } from '../../../src/plan/plan.ts'
import { scopeAt, type Place, type RunContext } from '../run-context.ts'
import { completed, type StepDone } from '../step-done.ts'

/** Computes values; later steps read them as `steps.<id>.output.<name>`. */
export const runSet = async (context: RunContext, step: SetStep, at: Place): Promise<StepDone> =>
  completed(renderMap(step.values, scopeAt(context, at.around)))
