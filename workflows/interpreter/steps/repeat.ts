import { evaluateCondition } from '../../../src/expressions/evaluate.ts'
import type { RepeatStep } from '../../../src/plan/plan.ts'
import { CANCELLED, NEXT } from '../flow.ts'
import { enterPart, scopeAt, type Place, type RunContext } from '../run-context.ts'
import { decideOnce } from '../state.ts'
import { failed, stopped, type StepDone } from '../step-done.ts'
import { blockDone } from './do.ts'

/** Runs its steps until the condition holds, a bounded number of times. A finished round is forgotten. */
export async function runRepeat(context: RunContext, step: RepeatStep, at: Place): Promise<StepDone> {
  const { path, frame } = at
  for (;;) {
    const round = decideOnce(frame, 'round', () => 0)
    const part = `[${round}]`
    const inner = enterPart(at, part, { index: round })
    const flow = await context.runSteps(context, step.steps, inner)
    if (flow.kind !== 'next') return stopped(flow)
    const done = decideOnce(inner.frame, 'until', () => evaluateCondition(step.until, scopeAt(context, inner)))
    if (done) return blockDone(context, inner, NEXT, step.outputs)
    if (round + 1 >= step.maxIterations) {
      const message = `\`${path}\` ran ${step.maxIterations} times and its condition did not hold`
      return failed({ code: 'exhausted', message }, path)
    }
    const wakeAt = decideOnce(inner.frame, 'wake', () => context.host.now() + step.everyMs)
    const left = wakeAt - context.host.now()
    if (left > 0 && (await context.host.sleep(inner.path, left, step.title)) === 'cancelled') return stopped(CANCELLED)
    frame.choices['round'] = round + 1
    delete frame.inner[part]
  }
}
