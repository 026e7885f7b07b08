import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { RunStep } from '../../../src/plan/plan.ts'
import type { Outcome } from '../../../src/plan/run.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type Place, type RunContext } from '../run-context.ts'
import { pushUndo } from '../state.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

const GOOD: ReadonlySet<Outcome> = new Set(['effective', 'recovered'])

/** Another runbook as one step: what it leaves behind is this run's to undo. */
export async function runChild(context: RunContext, step: RunStep, at: Place, retries: number): Promise<StepDone> {
  const path = retries === 0 ? at.path : `${at.path}#${retries}`
  context.state.changed = true
  const answer = await context.host.child(
    path,
    step.title,
    step.plan,
    renderMap(step.with, scopeAt(context, at.around)),
  )
  if (answer.kind === 'cancelled') return stopped(CANCELLED)
  if (answer.kind === 'failed') return failed(answer.failure, at.path)
  const { outcome, code, message, left } = answer.result
  pushUndo(context.state, ...left)
  if (GOOD.has(outcome)) return completed({ outcome, code, message })
  return failed({ code: 'rejected', message: `\`${step.plan.name}\` ended ${outcome}: ${message}` }, at.path)
}
