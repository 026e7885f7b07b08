import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { DoStep, ValueMap } from '../../../src/plan/plan.ts'
import type { Flow } from '../flow.ts'
import { enter, scopeAt, type Place, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, stopped, type StepDone } from '../step-done.ts'

/** Runs its steps in order; gives out what `outputs` declares. */
export async function runDo(context: RunContext, step: DoStep, at: Place): Promise<StepDone> {
  const inner = enter(at)
  return blockDone(context, inner, await context.runSteps(context, step.steps, inner), step.outputs)
}

/** What a block answers: its outputs as seen from inside, or how it stopped. */
export function blockDone(context: RunContext, inner: Surroundings, flow: Flow, outputs: ValueMap): StepDone {
  if (flow.kind !== 'next') return stopped(flow)
  return completed(renderMap(outputs, scopeAt(context, inner)))
}
