// The one place where a failure becomes what Temporal carries: type = failure code, text capped and masked, retry decided.
import { ApplicationFailure } from '@temporalio/common'
import type { Json } from '../../src/plan/json.ts'
import type { ActionManifest, FailureCode } from '../../src/plan/manifest.ts'
import { LIMITS, type ActionCall } from '../../src/plan/run.ts'
import type { ActionFailure } from './action-failure.ts'
import { capJson, capText } from './cap.ts'
import type { Masker } from './mask.ts'
import { retryDelayMs } from './retry-delay.ts'

/** Codes that are retried where the step does not say otherwise. */
const RETRIED: readonly string[] = ['unavailable'] satisfies readonly FailureCode[]

export interface FailedAttempt {
  readonly manifest: ActionManifest
  readonly retry: ActionCall['retry']
  readonly attempt: number
  readonly masker: Masker
  readonly random: () => number
}

/** Throws the failure as Temporal's; the message of the original error is all that leaves of it. */
export function throwFailure(failure: ActionFailure, failed: FailedAttempt): never {
  const { manifest, retry, attempt, masker, random } = failed
  const isRetried = manifest.idempotency !== 'no' && (retry?.on ?? RETRIED).includes(failure.code)
  const delays = [retry === undefined ? 0 : retryDelayMs(retry, attempt, random), failure.retryInMs ?? 0]
  const delayMs = Math.max(...delays)
  const detail: Json | null = failure.detail === null ? null : masker.json(failure.detail)
  const thrown = ApplicationFailure.create({
    message: capText(masker.text(failure.message), LIMITS.errorTextBytes),
    type: failure.code,
    nonRetryable: !isRetried,
    details: detail === null ? [] : [capJson(detail, LIMITS.errorTextBytes).value],
    ...(isRetried && delayMs > 0 ? { nextRetryDelay: delayMs } : {}),
  })
  // A stack names files of this machine and may be long; the sentence is what the operator needs.
  thrown.stack = `${thrown.name}: ${thrown.message}`
  throw thrown
}
