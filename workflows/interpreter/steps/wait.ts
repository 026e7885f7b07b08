import { renderValue } from '../../../src/expressions/evaluate.ts'
import type { WaitStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, failed, stopped, type StepDone } from '../run-steps.ts'
import { decideOnce } from '../state.ts'

/** Waits once; after continue-as-new only for what is left. */
export async function runWait(
  context: RunContext,
  step: WaitStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const ms = renderValue(step.for, scopeAt(context, around))
  if (typeof ms !== 'number' || ms < 0)
    return failed(
      { code: 'rejected', message: `\`${path}\` is to wait for ${JSON.stringify(ms)}, which is no duration` },
      path,
    )
  const until = decideOnce(context.state, `${path}?until`, () => context.host.now() + ms)
  const left = until - context.host.now()
  if (left > 0 && (await context.host.sleep(path, left, step.title)) === 'cancelled') return stopped(CANCELLED)
  return completed()
}
