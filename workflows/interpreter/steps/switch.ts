import { evaluateCondition } from '../../../src/expressions/evaluate.ts'
import type { SwitchStep } from '../../../src/plan/plan.ts'
import { enter, scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { runSteps, type StepDone } from '../run-steps.ts'
import { decideOnce } from '../state.ts'
import { blockDone } from './do.ts'

/** Runs the first case that holds, else `otherwise`; the choice is made once. */
export async function runSwitch(
  context: RunContext,
  step: SwitchStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const chosen = decideOnce(context.state, `${path}?case`, () => {
    const scope = scopeAt(context, around)
    return step.cases.findIndex(({ when }) => evaluateCondition(when, scope))
  })
  const inner = enter(around, path)
  const steps = step.cases[chosen]?.steps ?? step.otherwise
  return blockDone(context, inner, await runSteps(context, steps, inner), step.outputs)
}
