import { evaluateCondition } from '../../../src/expressions/evaluate.ts'
import type { RepeatStep } from '../../../src/plan/plan.ts'
import { CANCELLED, NEXT, type Flow } from '../flow.ts'
import { enter, scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { failed, runSteps, stopped, type StepDone } from '../run-steps.ts'
import { decideOnce, forgetInside } from '../state.ts'
import { blockDone } from './do.ts'

/** Runs its steps until the condition holds, a bounded number of times. A finished round is forgotten. */
export async function runRepeat(
  context: RunContext,
  step: RepeatStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  for (;;) {
    const round = decideOnce(context.state, `${path}?round`, () => 0)
    const roundPath = `${path}[${round}]`
    const inner = enter(around, roundPath, { index: round })
    const flow: Flow = await runSteps(context, step.steps, inner)
    if (flow.kind !== 'next') return stopped(flow)
    const done = decideOnce(context.state, `${path}?until-${round}`, () =>
      evaluateCondition(step.until, scopeAt(context, inner)),
    )
    if (done) return blockDone(context, inner, NEXT, step.outputs)
    if (round + 1 >= step.maxIterations)
      return failed(
        { code: 'exhausted', message: `\`${path}\` ran ${step.maxIterations} times and its condition did not hold` },
        path,
      )
    if (step.everyMs > 0 && (await context.host.sleep(roundPath, step.everyMs, step.title)) === 'cancelled')
      return stopped(CANCELLED)
    forgetInside(context.state, roundPath)
    delete context.state.choices[`${path}?until-${round}`]
    context.state.choices[`${path}?round`] = round + 1
  }
}
