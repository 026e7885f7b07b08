import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { ParallelStep } from '../../../src/plan/plan.ts'
import { resultRow, runBranches, toleratedOf } from '../run-branches.ts'
import { announce, enter, enterPart, scopeAt, type Place, type RunContext } from '../run-context.ts'
import { completed, stopped, type StepDone } from '../step-done.ts'

/** Runs its branches side by side; a branch never sees its siblings. */
export async function runParallel(context: RunContext, step: ParallelStep, at: Place): Promise<StepDone> {
  const parts = step.branches.map(({ id, steps }) => ({ id, steps, inner: enterPart(at, id) }))
  const branches = parts.map(({ id, steps, inner }) => ({
    name: id,
    run: () => context.runSteps(context, steps, inner),
  }))
  const { flow, results } = await runBranches(context, at.frame, branches, {
    concurrency: step.concurrency ?? branches.length,
    ramp: 'none',
    mode: step.mode,
    tolerated: toleratedOf(step.maxFailures, branches.length),
  })
  if (flow.kind !== 'next') return stopped(flow)
  const all = enter(at)
  for (const { inner, steps } of parts) {
    announce(inner, steps)
    Object.assign(all.steps, inner.steps)
  }
  return completed({ ...renderMap(step.outputs, scopeAt(context, all)), results: results.map(resultRow) })
}
