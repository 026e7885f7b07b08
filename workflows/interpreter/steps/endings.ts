// The two steps that end more than themselves: `fail` its block, `end` the whole run.
import { renderValue } from '../../../src/expressions/evaluate.ts'
import type { Failure, FailureCode } from '../../../src/plan/manifest.ts'
import type { EndStep, FailStep } from '../../../src/plan/plan.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { failed, stopped, type StepDone } from '../run-steps.ts'

/** Fails the block with the author's own code. */
export async function failBlock(
  context: RunContext,
  step: FailStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const message = String(renderValue(step.message, scopeAt(context, around)))
  // Authors' codes live beside the closed list: `catch` filters by them, metrics fold them into `rejected`.
  const failure: Failure = { code: step.code as FailureCode, message }
  return failed(failure, path)
}

/** Ends the run from any depth: siblings are cancelled and awaited by the blocks around. */
export async function endRun(context: RunContext, step: EndStep, around: Surroundings): Promise<StepDone> {
  const message = step.message === null ? null : String(renderValue(step.message, scopeAt(context, around)))
  return stopped({ kind: 'ended', outcome: step.outcome, message })
}
