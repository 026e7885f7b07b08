import { ExpressionError, renderMap } from '../../../src/expressions/evaluate.ts'
import type { Json, JsonObject } from '../../../src/plan/json.ts'
import type { ActStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import type { ActAnswer, ActRequest } from '../host.ts'
import { isObject, scopeAt, type Place, type RunContext } from '../run-context.ts'
import { addNote, pushUndo } from '../state.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

/** Runs one action; a completed change is put on the undo stack in the same breath. */
export function runAct(context: RunContext, step: ActStep, at: Place, retries: number): Promise<StepDone> {
  if (step.action.effect !== 'read') context.state.changed = true
  const request: ActRequest = {
    path: at.path,
    operatorRetry: retries,
    title: step.title,
    action: step.action,
    args: argsOf(context, step, at),
    retry: step.retry,
    totalTimeoutMs: step.timeoutMs,
    poll: null,
  }
  return context.host.act(request).then((answer) => doneBy(context, step, at, answer))
}

function doneBy(context: RunContext, step: ActStep, at: Place, answer: ActAnswer): StepDone {
  switch (answer.kind) {
    case 'ok':
      rememberUndo(context, step, at, answer.output)
      return completed(answer.output, answer.attempts)
    case 'failed':
      return failed(answer.failure, at.path, answer.attempts)
    case 'cancelled':
      return stopped(CANCELLED)
  }
}

/** The arguments as the runbook renders them, with what a person who retried it gave instead. */
function argsOf(context: RunContext, step: ActStep, at: Place): JsonObject {
  const others = at.frame.choices['args']
  return { ...renderMap(step.with, scopeAt(context, at.around)), ...(isObject(others) ? others : {}) }
}

/** Puts what takes a change back on the undo stack; where that cannot be rendered the run must end in a person's hands. */
export function rememberUndo(context: RunContext, step: ActStep, at: Place, output: Json): void {
  if (step.undo.kind !== 'action') return
  const { action } = step.undo
  const { state } = context
  try {
    const input = argsOf(context, step, at)
    const args = renderMap(step.undo.with, { input, output })
    const named = input[step.targets[0] ?? '']
    const target = typeof named === 'string' ? named : null
    pushUndo(state, { stepId: at.path, title: step.title, action, args, target })
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const why = `\`${at.path}\` is done, but nothing can take it back: ${error.message}`
    addNote(state, context.host.now(), why)
    state.stuck.push({ stepId: at.path, entry: null, why })
  }
}
