import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { Json, JsonObject } from '../../../src/plan/json.ts'
import type { ActStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, failed, stopped, type StepDone } from '../run-steps.ts'

/** Runs one action; a completed change is put on the undo stack in the same breath. */
export async function runAct(
  context: RunContext,
  step: ActStep,
  around: Surroundings,
  path: string,
  retries: number,
): Promise<StepDone> {
  const others = context.state.choices[`${path}?args`] as JsonObject | undefined
  const args = { ...renderMap(step.with, scopeAt(context, around)), ...others }
  const answer = await context.host.act({
    path,
    operatorRetry: retries,
    title: step.title,
    action: step.action,
    args,
    retry: step.retry,
    totalTimeoutMs: step.timeoutMs,
    poll: null,
  })
  switch (answer.kind) {
    case 'ok':
      rememberUndo(context, step, path, args, answer.output)
      return completed(answer.output, answer.attempts)
    case 'failed':
      return failed(answer.failure, path, answer.attempts)
    case 'cancelled':
      return stopped(CANCELLED)
  }
}

function rememberUndo(context: RunContext, step: ActStep, path: string, input: JsonObject, output: Json): void {
  if (step.undo.kind !== 'action') return
  const { action } = step.undo
  const args = renderMap(step.undo.with, { input, output })
  const first = step.targets[0]
  const target = first === undefined ? null : input[first]
  context.state.undo.push({
    stepId: path,
    title: step.title,
    action,
    args,
    target: typeof target === 'string' ? target : null,
  })
}
