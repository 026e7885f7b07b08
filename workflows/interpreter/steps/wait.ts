import { renderValue } from '../../../src/expressions/evaluate.ts'
import type { WaitStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type Place, type RunContext } from '../run-context.ts'
import { decideOnce } from '../state.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

/** Waits once; after continue-as-new only for what is left. */
export async function runWait(context: RunContext, step: WaitStep, at: Place): Promise<StepDone> {
  const { path } = at
  const ms = renderValue(step.for, scopeAt(context, at.around))
  if (typeof ms !== 'number' || ms < 0) {
    const message = `\`${path}\` is to wait for ${JSON.stringify(ms)}, which is no duration`
    return failed({ code: 'rejected', message }, path)
  }
  const wakeAt = decideOnce(at.frame, 'wake', () => context.host.now() + ms)
  const left = wakeAt - context.host.now()
  if (left > 0 && (await context.host.sleep(path, left, step.title)) === 'cancelled') return stopped(CANCELLED)
  return completed()
}
