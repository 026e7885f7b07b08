import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { Json } from '../../../src/plan/json.ts'
import type { DoStep, ValueMap } from '../../../src/plan/plan.ts'
import type { Flow } from '../flow.ts'
import { enter, scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, runSteps, stopped, type StepDone } from '../run-steps.ts'

/** Runs its steps in order; gives out what `outputs` declares. */
export async function runDo(context: RunContext, step: DoStep, around: Surroundings, path: string): Promise<StepDone> {
  const inner = enter(around, path)
  return blockDone(context, inner, await runSteps(context, step.steps, inner), step.outputs)
}

/** What a block answers: its outputs as seen from inside, or how it stopped. */
export function blockDone(context: RunContext, inner: Surroundings, flow: Flow, outputs: ValueMap): StepDone {
  if (flow.kind !== 'next') return stopped(flow)
  const output: Json = renderMap(outputs, scopeAt(context, inner))
  return completed(output)
}
