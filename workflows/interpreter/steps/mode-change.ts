import { renderValue } from '../../../src/expressions/evaluate.ts'
import type { ActionRef, DegradeStep, RestoreStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, failed, stopped, type StepDone } from '../run-steps.ts'

const action = (name: string): ActionRef => ({
  name,
  effect: 'change',
  idempotency: 'yes',
  attemptTimeoutMs: 10_000,
  heartbeatMs: 5_000,
})

/** Enters or leaves a degraded mode: an action like any other, undone by its opposite. */
export async function runModeChange(
  context: RunContext,
  step: DegradeStep | RestoreStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const args =
    step.kind === 'degrade'
      ? { mode: step.mode, active: true, reason: String(renderValue(step.reason, scopeAt(context, around))) }
      : { mode: step.mode, active: false, reason: step.title }
  const answer = await context.host.act({
    path,
    operatorRetry: 0,
    title: step.title,
    action: action('mode.set'),
    args,
    retry: step.retry,
    totalTimeoutMs: step.timeoutMs,
    poll: null,
  })
  if (answer.kind === 'cancelled') return stopped(CANCELLED)
  if (answer.kind === 'failed') return failed(answer.failure, path, answer.attempts)
  const back = { mode: step.mode, active: step.kind === 'restore', reason: `undo of ${path}` }
  context.state.undo.push({ stepId: path, title: step.title, action: action('mode.set'), args: back, target: null })
  return completed(answer.output, answer.attempts)
}
