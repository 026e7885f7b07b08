// The two steps that end more than themselves: `fail` its block, `end` the whole run.
import type { FailureCode } from '../../../src/plan/manifest.ts'
import type { EndStep, FailStep } from '../../../src/plan/plan.ts'
import { textAt, type Place, type RunContext } from '../run-context.ts'
import { failed, stopped, type StepDone } from '../step-done.ts'

/** Fails the block with the author's own code. */
export async function failBlock(context: RunContext, step: FailStep, at: Place): Promise<StepDone> {
  const message = textAt(context, at.around, step.message)
  // Authors' codes live beside the closed list: `catch` filters by them, metrics fold them into `rejected`.
  return failed({ code: step.code as FailureCode, message }, at.path)
}

/** Ends the run from any depth: siblings are cancelled and awaited by the blocks around. */
export async function endRun(context: RunContext, step: EndStep, at: Place): Promise<StepDone> {
  const message = step.message === null ? null : textAt(context, at.around, step.message)
  return stopped({ kind: 'ended', outcome: step.outcome, message })
}
