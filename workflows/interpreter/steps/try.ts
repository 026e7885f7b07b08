import type { TryStep } from '../../../src/plan/plan.ts'
import type { Flow } from '../flow.ts'
import { enter, type RunContext, type Surroundings } from '../run-context.ts'
import { runSteps, type StepDone } from '../run-steps.ts'
import { blockDone } from './do.ts'

/** Runs its steps; a failure goes to the first `catch` that takes its code; `finally` runs whatever happened. */
export async function runTry(
  context: RunContext,
  step: TryStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const inner = enter(around, path)
  const tried = await runSteps(context, step.steps, inner)
  const flow = tried.kind === 'failed' ? await runCatch(context, step, inner, tried) : tried
  const after = await context.host.shielded(() => runSteps(context, step.finally, enter(inner, `${path}/finally`)))
  return blockDone(context, inner, after.kind === 'next' ? flow : after, step.outputs)
}

async function runCatch(
  context: RunContext,
  step: TryStep,
  inner: Surroundings,
  tried: Flow & { readonly kind: 'failed' },
): Promise<Flow> {
  const { code, message } = tried.failure
  const index = step.catches.findIndex(({ codes }) => codes === null || codes.includes(code))
  const handler = step.catches[index]
  if (handler === undefined) return tried
  const extra = { error: { code, message, step: tried.step } }
  return runSteps(context, handler.steps, enter(inner, `${inner.path}/catch-${index + 1}`, extra))
}
