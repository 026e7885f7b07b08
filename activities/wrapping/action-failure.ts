// What a driver throws when an action cannot do what it was asked to: a failure for the operator, with a code of the
// closed list. define-action alone turns it into what Temporal carries.
import type { Json } from '../../src/plan/json.ts'
import type { FailureCode } from '../../src/plan/manifest.ts'

export class ActionFailure extends Error {
  readonly code: FailureCode
  readonly detail: Json | null
  /** Not before this; null: as the step's retry says. */
  readonly retryInMs: number | null
  /** True where it is known that the target was never reached, so that nothing can have happened. */
  readonly didNothing: boolean

  constructor(
    code: FailureCode,
    message: string,
    options: {
      readonly detail?: Json
      readonly retryInMs?: number
      readonly didNothing?: boolean
      readonly cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'ActionFailure'
    this.code = code
    this.detail = options.detail ?? null
    this.retryInMs = options.retryInMs ?? null
    this.didNothing = options.didNothing ?? false
  }
}

/** The target says that our input is wrong. */
export const rejected = (message: string, detail?: Json): ActionFailure =>
  new ActionFailure('rejected', message, detail === undefined ? {} : { detail })

/** Policy, inventory or guard forbids it. */
export const refused = (message: string): ActionFailure => new ActionFailure('refused', message)

/** It did not happen, or twice is harmless. */
export const unavailable = (message: string, cause?: unknown): ActionFailure =>
  new ActionFailure('unavailable', message, { cause })

/** It may have happened. */
export const uncertain = (message: string, cause?: unknown): ActionFailure =>
  new ActionFailure('uncertain', message, { cause })
