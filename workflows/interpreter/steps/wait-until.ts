import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { JsonObject } from '../../../src/plan/json.ts'
import type { WaitUntilStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type Place, type RunContext } from '../run-context.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

// The activity ends by its own deadline and tells what it last saw; this limit is only for a worker that is gone.
const POLL_MARGIN_MS = 10_000

/** Polls a read inside one activity until its condition holds: no timer, no event per look. */
export async function runWaitUntil(
  context: RunContext,
  step: WaitUntilStep,
  at: Place,
  retries: number,
): Promise<StepDone> {
  const scope = scopeAt(context, at.around)
  const { until, everyMs, timeoutMs } = step
  const answer = await context.host.act({
    path: at.path,
    operatorRetry: retries,
    title: step.title,
    action: step.action,
    args: renderMap(step.with, scope),
    retry: step.retry,
    totalTimeoutMs: timeoutMs + POLL_MARGIN_MS,
    poll: { until, everyMs, timeoutMs, scope: namedIn([until], scope) },
  })
  switch (answer.kind) {
    case 'ok':
      return completed(answer.output, answer.attempts)
    case 'failed':
      return failed(answer.failure, at.path, answer.attempts)
    case 'cancelled':
      return stopped(CANCELLED)
  }
}

/** The part of the scope that the conditions name, so that a payload carries no more than it needs. */
export function namedIn(expressions: readonly string[], scope: JsonObject): JsonObject {
  const words = new Set(expressions.flatMap((expression) => expression.match(/[A-Za-z_][\w-]*/g) ?? []))
  const named = (values: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(values).filter(([name]) => words.has(name)))
  const roots = named(scope)
  return 'steps' in roots ? { ...roots, steps: stepsNamedIn(expressions, roots['steps'] as JsonObject) } : roots
}

// A step's id may be written as `steps["drain-1"]`, so it is looked for as text.
const stepsNamedIn = (expressions: readonly string[], steps: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(steps).filter(([id]) => expressions.some((each) => each.includes(id))))
