// A run closes as Completed, Failed or Cancelled in Temporal (decision 0203); its result is there in each case, and this
// is the one reader of it. Pure: whoever has the client hands over what the client gave.
import type { Json } from './json.ts'
import { OUTCOMES, type RunResult } from './run.ts'

/** Memo field of a run that Temporal shows as Cancelled: that status has no place for a result of its own. */
export const RESULT_MEMO = 'phixResult'

/** How the run closed, as the client tells it. */
export type ClosedRun =
  | { readonly status: 'COMPLETED'; readonly result: unknown }
  /** `details` of the ApplicationFailure that closed it. */
  | { readonly status: 'FAILED'; readonly details: readonly unknown[] | null | undefined }
  | { readonly status: 'CANCELLED'; readonly memo: Readonly<Record<string, unknown>> | null | undefined }

/** Answers a closed run's result; null where it left none (terminated, timed out, refused before its first step). */
export function readRunResult(closed: ClosedRun): RunResult | null {
  switch (closed.status) {
    case 'COMPLETED':
      return asResult(closed.result)
    case 'FAILED':
      return asResult(closed.details?.[0])
    case 'CANCELLED':
      return asResult(closed.memo?.[RESULT_MEMO])
  }
}

function asResult(value: unknown): RunResult | null {
  if (typeof value !== 'object' || value === null || !('outcome' in value)) return null
  const { outcome } = value as { readonly outcome: Json }
  return OUTCOMES.some((known) => known === outcome) ? (value as RunResult) : null
}
