import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { ParallelStep } from '../../../src/plan/plan.ts'
import { resultRow, runBranches, toleratedOf } from '../run-branches.ts'
import { enter, scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, runSteps, stopped, type StepDone } from '../run-steps.ts'

/** Runs its branches side by side; a branch never sees its siblings. */
export async function runParallel(
  context: RunContext,
  step: ParallelStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const inners = step.branches.map(({ id }) => enter(around, `${path}/${id}`))
  const branches = step.branches.map(({ id, steps }, index) => ({
    name: id,
    run: () => runSteps(context, steps, inners[index] as Surroundings),
  }))
  const { flow, results } = await runBranches(context, branches, {
    concurrency: step.concurrency ?? branches.length,
    ramp: 'none',
    mode: step.mode,
    tolerated: toleratedOf(step.maxFailures, branches.length),
  })
  if (flow.kind !== 'next') return stopped(flow)
  const inner = enter(around, path)
  for (const each of inners) Object.assign(inner.steps, each.steps)
  return completed({ ...renderMap(step.outputs, scopeAt(context, inner)), results: results.map(resultRow) })
}
