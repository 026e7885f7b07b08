import { valueOf } from '../../1-read/tree.ts'
import type { Rule } from '../context.ts'

const GENTLE_MS = 1_000

/** Warns of retries that come within a second. */
export const retriesAreGentle: Rule = ({ places, report }) => {
  for (const { step } of places.all) {
    if (step.broken || step.retry === null || step.retry.attempts < 2 || step.retry.backoffMs >= GENTLE_MS) continue
    const retry = valueOf(step.tree, 'retry')
    const backoff = retry?.kind === 'map' ? valueOf(retry, 'backoff') : undefined
    report('RB322', backoff?.at ?? step.keyAt, { ms: step.retry.backoffMs })
  }
}
