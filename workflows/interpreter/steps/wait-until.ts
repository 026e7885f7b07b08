import { renderMap } from '../../../src/expressions/evaluate.ts'
import type { JsonObject } from '../../../src/plan/json.ts'
import type { WaitUntilStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, failed, stopped, type StepDone } from '../run-steps.ts'

/** Polls a read inside one activity until its condition holds: no timer, no event per look. */
export async function runWaitUntil(
  context: RunContext,
  step: WaitUntilStep,
  around: Surroundings,
  path: string,
  retries: number,
): Promise<StepDone> {
  const scope = scopeAt(context, around)
  const { until, everyMs, timeoutMs } = step
  const answer = await context.host.act({
    path,
    operatorRetry: retries,
    title: step.title,
    action: step.action,
    args: renderMap(step.with, scope),
    retry: step.retry,
    totalTimeoutMs: timeoutMs + POLL_MARGIN_MS,
    poll: { until, everyMs, timeoutMs, scope: namedIn(until, scope) },
  })
  switch (answer.kind) {
    case 'ok':
      return completed(answer.output, answer.attempts)
    case 'failed':
      return failed(answer.failure, path, answer.attempts)
    case 'cancelled':
      return stopped(CANCELLED)
  }
}

// The activity ends by its own deadline and tells what it last saw; Temporal's limit is only for a worker that is gone.
const POLL_MARGIN_MS = 10_000

/** The part of the scope that the condition names, so that a payload carries no more than it needs. */
function namedIn(expression: string, scope: JsonObject): JsonObject {
  const named = Object.entries(scope).filter(([root]) => new RegExp(`\\b${root}\\b`).test(expression))
  return Object.fromEntries(
    named.map(([root, value]) => [root, root === 'steps' ? stepsNamedIn(expression, value as JsonObject) : value]),
  )
}

const stepsNamedIn = (expression: string, steps: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(steps).filter(([id]) => expression.includes(id)))
