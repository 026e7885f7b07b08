import { renderValue } from '../../../src/expressions/evaluate.ts'
import type { NotifyStep } from '../../../src/plan/plan.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, type StepDone } from '../run-steps.ts'

/** Tells people; a channel that is down never stops a recovery. */
export async function runNotify(
  context: RunContext,
  step: NotifyStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  await context.host.notify(path, step.to, String(renderValue(step.message, scopeAt(context, around))))
  return completed()
}
