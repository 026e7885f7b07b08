import type { Json } from '../src/plan/json.ts'
import { LIMITS, type RunResult } from '../src/plan/run.ts'
import { bytesOf, cutText } from '../src/plan/size.ts'

/** What a run left may be long; the rest of its result is small. */
const LEFT_BYTES = LIMITS.taskBytes / 2

/** Keeps a result small enough for every border it crosses. What is left out is said, loudly, in its sentence. */
export function capResult(result: RunResult): RunResult {
  const { failure } = result
  const message = cutText(result.message, LIMITS.errorTextBytes)
  const detail = failure?.detail
  const short =
    failure === null
      ? null
      : {
          code: failure.code,
          message: cutText(failure.message, LIMITS.errorTextBytes),
          ...(detail === undefined || bytesOf(detail) > LIMITS.errorTextBytes ? {} : { detail }),
        }
  let room = LEFT_BYTES
  const left = result.left.toReversed().filter((entry) => (room -= bytesOf(entry as unknown as Json)) > 0)
  const missing = result.left.length - left.length
  const said = missing === 0 ? message : `${message} ${missing} changes it left are too large to be listed here.`
  return { ...result, message: said, failure: short, left: left.toReversed() }
}
