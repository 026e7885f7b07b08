// A run closes as Completed whatever its outcome, or as Cancelled where Temporal's own cancel ended it (decision 0203); this is
// the one reader of its result. Pure: whoever has the client hands over what the client gave.
import { OUTCOMES, type RunResult } from './run.ts'

/** Memo field of a run that Temporal shows as Cancelled: that status has no place for a result of its own. */
export const RESULT_MEMO = 'phixResult'

/** How a run closed, as the client tells it. */
export interface ClosedRun {
  /** Temporal's word: `COMPLETED`, `CANCELLED`, `FAILED`, … */
  readonly status: string
  /** The workflow's result, where it completed. */
  readonly result?: unknown
  readonly memo?: Readonly<Record<string, unknown>> | undefined
}

/** Answers a closed run's result; null where it left none (terminated, timed out, or its input was no plan). */
export function readRunResult({ status, result, memo }: ClosedRun): RunResult | null {
  if (status === 'COMPLETED') return isResult(result) ? result : null
  const kept = memo?.[RESULT_MEMO]
  return isResult(kept) ? kept : null
}

const isResult = (value: unknown): value is RunResult =>
  typeof value === 'object' && value !== null && 'outcome' in value && OUTCOMES.some((known) => known === value.outcome)
