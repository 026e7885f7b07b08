import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { RunStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, failed, stopped, type StepDone } from '../run-steps.ts'

const GOOD: ReadonlySet<string> = new Set(['effective', 'recovered'])

/** Another runbook as one step: what it leaves behind is this run's to undo. */
export async function runChild(
  context: RunContext,
  step: RunStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const inputs = renderMap(step.with, scopeAt(context, around))
  const answer = await context.host.child(path, step.title, step.plan, inputs)
  if (answer.kind === 'cancelled') return stopped(CANCELLED)
  const { outcome, code, message, left } = answer.result
  context.state.undo.push(...left)
  if (GOOD.has(outcome)) return completed({ outcome, code, message })
  return failed({ code: 'rejected', message: `\`${step.plan.name}\` ended ${outcome}: ${message}` }, path)
}
