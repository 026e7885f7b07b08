// From what Temporal says about an activity that did not complete to a Failure in our words. Read by names and strings
// only: what crosses a realm is no instance of anything.
import { FAILURE_CODES, type Failure, type FailureCode } from '../src/plan/manifest.ts'
import type { ActionRef } from '../src/plan/plan.ts'
import { LIMITS } from '../src/plan/run.ts'
import { bytesOf, cutText } from '../src/plan/size.ts'

/** The parts of Temporal's failures that are read here. */
interface FailureLike {
  readonly name?: string
  readonly message?: string
  readonly type?: string | null
  readonly timeoutType?: string
  readonly retryState?: string
  readonly details?: readonly unknown[] | null
  readonly cause?: FailureLike
}

export type ActivityEnd =
  | { readonly kind: 'failed'; readonly failure: Failure; readonly attemptsSpent: boolean }
  /** The worker died under it; what is harmless twice is simply asked for again. */
  | { readonly kind: 'lost' }

/** Answers what became of an activity. Fails: rethrows whatever is no activity's failure: that is a bug of ours. */
export function endOfActivity(error: unknown, action: ActionRef): ActivityEnd {
  const outer = error as FailureLike
  if (outer.name !== 'ActivityFailure') throw error
  const attemptsSpent = outer.retryState === 'MAXIMUM_ATTEMPTS_REACHED'
  const cause = outer.cause ?? {}
  const failed = (code: FailureCode, text: string, detail?: Failure['detail']): ActivityEnd => {
    const message = cutText(text, LIMITS.errorTextBytes)
    const isKept = detail !== undefined && detail !== null && bytesOf(detail) <= LIMITS.errorTextBytes
    return { kind: 'failed', failure: { code, message, ...(isKept ? { detail } : {}) }, attemptsSpent }
  }
  const isUnsafe = action.effect !== 'read' && action.idempotency === 'no'
  if (cause.name === 'TimeoutFailure') {
    if (isUnsafe)
      return failed('uncertain', `\`${action.name}\` gave no answer (${cause.timeoutType}): it may have happened.`)
    if (cause.timeoutType === 'HEARTBEAT') return { kind: 'lost' }
    const said = cause.cause?.message === undefined ? '' : ` Last: ${cause.cause.message}`
    return failed('exhausted', `\`${action.name}\` did not end within its time limit.${said}`)
  }
  const message = cause.message ?? 'it failed without a word'
  const code = FAILURE_CODES.find((known) => known === cause.type)
  if (code !== undefined) return failed(code, message, cause.details?.[0] as Failure['detail'])
  // Its answer was too large to be told, so nobody knows what it answered; a change has happened all the same.
  if (cause.type === 'PayloadsTooLarge')
    return failed(
      action.effect === 'read' ? 'exhausted' : 'uncertain',
      `The answer of \`${action.name}\` is too large. ${message}`,
    )
  return failed(isUnsafe ? 'uncertain' : 'unavailable', `${cause.type ?? 'Error'}: ${message}`)
}
