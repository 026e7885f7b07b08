// How Temporal runs an action: from the part of its manifest that is in the plan, and from the step. Pure.
import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow'
import { FAILURE_CODES } from '../src/plan/manifest.ts'
import type { ActionRef, Retry } from '../src/plan/plan.ts'
import type { ActionCall } from '../src/plan/run.ts'
import type { ActRequest } from './interpreter/host.ts'

/** One attempt of a poll or of verify ends by its own deadline; the server's limit only ends what hangs. */
export const MARGIN_MS = 5_000
const SUMMARY_LENGTH = 100

/** Cuts a title to what Temporal keeps of a summary. */
export const summaryOf = (title: string): string =>
  title.length > SUMMARY_LENGTH ? `${title.slice(0, SUMMARY_LENGTH - 1)}…` : title

/** The part of a step's retry that the activity itself needs: it says when the next attempt is. */
export const retryOf = ({ backoffMs, factor, jitter, capMs, on }: Retry): NonNullable<ActionCall['retry']> => ({
  backoffMs,
  factor,
  jitter,
  capMs,
  on,
})

/** Answers the options of one action's activity. `spentMs` is what lost attempts have already taken of its time. */
export function optionsOf(request: ActRequest, activityId: string, title: string, spentMs: number): ActivityOptions {
  const { action, poll } = request
  const totalMs = totalOf(request)
  return {
    activityId,
    summary: summaryOf(title),
    startToCloseTimeout: poll === null ? action.attemptTimeoutMs : poll.timeoutMs + MARGIN_MS,
    ...(totalMs === null ? {} : { scheduleToCloseTimeout: Math.max(1, totalMs - spentMs) }),
    heartbeatTimeout: action.heartbeatMs,
    // A change is waited for: one that came to its end in spite of the cancel must be known, and taken back.
    cancellationType:
      action.effect === 'read'
        ? ActivityCancellationType.TRY_CANCEL
        : ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: policyOf(action, request.retry),
  }
}

function policyOf({ effect, idempotency }: ActionRef, retry: Retry | null): NonNullable<ActivityOptions['retry']> {
  if (retry === null || (idempotency === 'no' && effect !== 'read')) return { maximumAttempts: 1 }
  const retried = retry.on ?? ['unavailable']
  return {
    maximumAttempts: retry.attempts,
    initialInterval: Math.max(1, retry.backoffMs),
    backoffCoefficient: Math.max(1, retry.factor),
    ...(retry.capMs === null ? {} : { maximumInterval: Math.max(retry.capMs, retry.backoffMs, 1) }),
    nonRetryableErrorTypes: [...FAILURE_CODES.filter((code) => !retried.includes(code)), 'PayloadsTooLarge'],
  }
}

function totalOf({ totalTimeoutMs, retry }: ActRequest): number | null {
  const budgetMs = retry?.budgetMs ?? null
  if (totalTimeoutMs === null || budgetMs === null) return totalTimeoutMs ?? budgetMs
  return Math.min(totalTimeoutMs, budgetMs)
}

/** Whether the step's whole time is over. */
export const isOver = (request: ActRequest, spentMs: number): boolean =>
  spentMs >= (totalOf(request) ?? Number.POSITIVE_INFINITY)
