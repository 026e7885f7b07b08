import type { ActionCall } from '../../src/plan/run.ts'

/**
 * Answers how long to wait before the next attempt: `backoff × factor^(attempt − 1)`, at most `cap`, of which the share
 * `jitter` is random. Never longer than without jitter, so that a step's budget can be planned.
 */
export function retryDelayMs(retry: NonNullable<ActionCall['retry']>, attempt: number, random: () => number): number {
  const grown = retry.backoffMs * Math.max(1, retry.factor) ** (attempt - 1)
  const delay = Math.min(grown, retry.capMs ?? Infinity, LONGEST_DELAY_MS)
  return Math.round(delay * (1 - clamp(retry.jitter) * random()))
}

/** A day; beyond it a factor has run away. */
const LONGEST_DELAY_MS = 86_400_000

const clamp = (share: number): number => Math.min(1, Math.max(0, share))
