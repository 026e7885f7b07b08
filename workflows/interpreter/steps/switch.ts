import { evaluateCondition } from '../../../src/expressions/evaluate.ts'
import type { SwitchStep } from '../../../src/plan/plan.ts'
import { announce, enter, scopeAt, type Place, type RunContext } from '../run-context.ts'
import { decideOnce } from '../state.ts'
import type { StepDone } from '../step-done.ts'
import { blockDone } from './do.ts'

/** Runs the first case that holds, else `otherwise`; the choice is made once. */
export async function runSwitch(context: RunContext, step: SwitchStep, at: Place): Promise<StepDone> {
  const chosen = decideOnce(at.frame, 'case', () => {
    const scope = scopeAt(context, at.around)
    return step.cases.findIndex(({ when }) => evaluateCondition(when, scope))
  })
  const inner = enter(at)
  // Its outputs may name a step of any case.
  for (const { steps } of [...step.cases, { steps: step.otherwise }]) announce(inner, steps)
  const steps = step.cases[chosen]?.steps ?? step.otherwise
  return blockDone(context, inner, await context.runSteps(context, steps, inner), step.outputs)
}
