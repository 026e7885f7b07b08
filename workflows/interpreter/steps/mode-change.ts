import type { Json } from '../../../src/plan/json.ts'
import type { ActionRef, DegradeStep, RestoreStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { isObject, textAt, type Place, type RunContext } from '../run-context.ts'
import { pushUndo } from '../state.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

const SET_MODE: ActionRef = {
  name: 'mode.set',
  effect: 'change',
  idempotency: 'yes',
  attemptTimeoutMs: 10_000,
  heartbeatMs: 5_000,
}

/** Enters or leaves a degraded mode: an action like any other; its undo goes back to what this run held before. */
export async function runModeChange(
  context: RunContext,
  step: DegradeStep | RestoreStep,
  at: Place,
  retries: number,
): Promise<StepDone> {
  const { path } = at
  const { mode, title } = step
  const active = step.kind === 'degrade'
  const reason = step.kind === 'degrade' ? textAt(context, at.around, step.reason) : title
  context.state.changed = true
  const answer = await context.host.act({
    path,
    operatorRetry: retries,
    title,
    action: SET_MODE,
    args: { mode, active, reason },
    retry: step.retry,
    totalTimeoutMs: step.timeoutMs,
    poll: null,
  })
  if (answer.kind === 'cancelled') return stopped(CANCELLED)
  if (answer.kind === 'failed') return failed(answer.failure, path, answer.attempts)
  const args = { mode, active: heldBefore(answer.output) ?? !active, reason: `undo of ${path}` }
  pushUndo(context.state, { stepId: path, title, action: SET_MODE, args, target: null })
  return completed(answer.output, answer.attempts)
}

/** What this run held before; null where the answer is of an earlier build, which did not say so. */
const heldBefore = (output: Json): boolean | null =>
  isObject(output) && typeof output['held'] === 'boolean' ? output['held'] : null
