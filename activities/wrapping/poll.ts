// Polls a read inside one activity until its condition holds: no timer, no event, no retry per look.
import { setTimeout as sleep } from 'node:timers/promises'
import { evaluateCondition, ExpressionError } from '../../src/expressions/evaluate.ts'
import type { Json } from '../../src/plan/json.ts'
import type { ActionCall } from '../../src/plan/run.ts'
import { ActionFailure } from './action-failure.ts'
import { capText } from './cap.ts'

export interface Poll {
  readonly spec: NonNullable<ActionCall['poll']>
  /** Limit of one look: a hanging target must not eat the whole deadline. */
  readonly lookMs: number
  /** One look. */
  readonly look: (signal: AbortSignal) => Promise<Json>
  /** What was seen last, for the heartbeat. */
  readonly saw: (seen: string, looks: number) => void
  readonly signal: AbortSignal
  /** Monotonic ms. */
  readonly clock: () => number
}

/** Too much of an output would bury the sentence. */
const SEEN_BYTES = 600
const SHORTEST_PAUSE_MS = 50

/**
 * Looks until `until` holds over scope and output; answers the last output. A look that is unavailable, and a condition
 * that is unknown, are not yet; anything else that fails, fails.
 * Fails: exhausted, with what was seen last.
 */
export async function pollUntil({ spec, lookMs, look, saw, signal, clock }: Poll): Promise<Json> {
  const endsAt = clock() + spec.timeoutMs
  let seen = 'nothing yet'
  for (let looks = 1; ; looks++) {
    const thisLookMs = Math.max(1, Math.ceil(Math.min(lookMs, endsAt - clock())))
    const lookSignal = AbortSignal.any([signal, AbortSignal.timeout(thisLookMs)])
    try {
      const output = await look(lookSignal)
      const verdict = holds(spec, output)
      if (verdict === true) return output
      seen = `${verdict === false ? '' : `${verdict}; `}output was ${capText(JSON.stringify(output), SEEN_BYTES)}`
    } catch (error) {
      signal.throwIfAborted()
      if (!isNotYet(error, lookSignal)) throw error
      seen = error instanceof ActionFailure ? error.message : seen
    }
    saw(seen, looks)
    const left = endsAt - clock()
    if (left <= 0)
      throw new ActionFailure(
        'exhausted',
        `\`${spec.until}\` did not hold within ${spec.timeoutMs / 1000} s (${looks} looks): ${seen}`,
        { detail: { looks, seen } },
      )
    await sleep(Math.min(left, Math.max(SHORTEST_PAUSE_MS, spec.everyMs)), undefined, { signal })
  }
}

/** True, false, or why it has no value: unknown is never true. */
function holds(spec: Poll['spec'], output: Json): boolean | string {
  try {
    return evaluateCondition(spec.until, { ...spec.scope, output })
  } catch (error) {
    if (error instanceof ExpressionError) return error.message
    throw error
  }
}

const isNotYet = (error: unknown, lookSignal: AbortSignal): boolean =>
  lookSignal.aborted || (error instanceof ActionFailure && error.code === 'unavailable')
