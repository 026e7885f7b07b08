import { expect, test } from 'vitest'
import { createDurations } from '../../../src/lab/node/durations.ts'

test('a duration counts in every bucket that it fits into', () => {
  const durations = createDurations()
  for (const ms of [3, 30, 700, 99_000]) durations.add(ms)
  const lines = durations.lines('x', 'How long.')
  expect(lines).toContain('x_bucket{le="0.005"} 1')
  expect(lines).toContain('x_bucket{le="0.05"} 2')
  expect(lines).toContain('x_bucket{le="10"} 3')
  expect(lines).toContain('x_bucket{le="+Inf"} 4')
  expect(lines).toContain('x_count 4')
})
