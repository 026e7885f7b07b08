import type { ActionManifest } from '../../src/plan/manifest.ts'
import { ActionFailure, uncertain, unavailable } from './action-failure.ts'

export interface HowItEnded {
  readonly manifest: ActionManifest
  readonly on: string
  /** A touch of the world had begun. */
  readonly effectBegan: boolean
  readonly overdueAfterMs: number | null
}

/**
 * Turns whatever an attempt died of into a failure. A lost outcome is `uncertain` where twice is not harmless, else
 * `unavailable`. An error that no driver announced is our bug: said as such, and not retried blindly.
 */
export function classify(error: unknown, how: HowItEnded): ActionFailure {
  const { manifest, on, effectBegan, overdueAfterMs } = how
  const didNothing = error instanceof ActionFailure && error.didNothing
  const mayHaveHappened = effectBegan && manifest.idempotency === 'no' && !didNothing
  if (overdueAfterMs !== null && !(error instanceof ActionFailure && error.code === 'rejected')) {
    const seconds = Math.round(overdueAfterMs / 100) / 10
    const message = `\`${manifest.name}\` on ${on} was not done after ${seconds} s${seenIn(error)}`
    return mayHaveHappened
      ? uncertain(`${message}; it may have happened: look at the target, then \`supply\` or \`retry\``, error)
      : unavailable(`${message}; look whether the target answers, or give the step a longer timeout`, error)
  }
  if (error instanceof ActionFailure) {
    if (!mayHaveHappened || error.code !== 'unavailable') return error
    return uncertain(`${error.message}; it may have happened: look at the target, then \`supply\` or \`retry\``, error)
  }
  const message = `\`${manifest.name}\` on ${on} broke: ${textOf(error)}`
  if (mayHaveHappened) return uncertain(`${message}; it may have happened: look at the target`, error)
  return unavailable(message, error)
}

const seenIn = (error: unknown): string => (error instanceof ActionFailure ? ` (${error.message})` : '')

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
