import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryDelayMs } from '../../../activities/wrapping/retry-delay.ts'

const retry = { backoffMs: 2_000, factor: 2, jitter: 0, capMs: null, on: null }

test('it grows by its factor with each attempt', () => {
  expect([1, 2, 3].map((attempt) => retryDelayMs(retry, attempt, () => 0.5))).toEqual([2_000, 4_000, 8_000])
})

test('it never grows beyond its cap', () => {
  expect(retryDelayMs({ ...retry, capMs: 5_000 }, 10, () => 0)).toBe(5_000)
})

test('a factor that ran away ends in a finite delay', () => {
  expect(retryDelayMs({ ...retry, factor: 1e9 }, 400, () => 0)).toBe(86_400_000)
})

test('jitter takes away at most its share and never adds', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(share, share, (jitter, random) => {
      const delay = retryDelayMs({ ...retry, jitter }, 1, () => random)
      expect(delay).toBeLessThanOrEqual(2_000)
      expect(delay).toBeGreaterThanOrEqual(Math.floor(2_000 * (1 - jitter)))
    }),
  )
})
