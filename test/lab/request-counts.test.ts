import { expect, test } from 'vitest'
import { createRequestCounts } from '../../src/lab/request-counts.ts'

test('a window with no requests has no success rate', () => {
  expect(createRequestCounts().summarise(5_000, 10_000)).toMatchObject({ count: 0, success_rate: null, by: {} })
})

test('counts, errors and latencies are summed by name, for the window only', () => {
  const counts = createRequestCounts()
  counts.add('a', true, 10, 1_000)
  for (let at = 100_000; at < 101_000; at += 100) counts.add(at % 200 === 0 ? 'a' : 'b', at % 500 === 0, 20, at)
  const { count, errors, success_rate, rate, p50_ms, by } = counts.summarise(1_000, 100_999)
  expect([count, errors, success_rate, rate]).toEqual([10, 2, 0.8, 10])
  expect(p50_ms).toBeGreaterThan(19)
  expect(p50_ms).toBeLessThan(21)
  expect(by['a']?.count).toBe(5)
})

test('what is older than the ring is forgotten', () => {
  const counts = createRequestCounts()
  counts.add('a', false, 1, 0)
  expect(counts.summarise(1e9, 119_000).count).toBe(1)
  expect(counts.summarise(1e9, 121_000).count).toBe(0)
})

test('the median is not moved by a few slow ones, the 99th percentile is', () => {
  const counts = createRequestCounts()
  for (let each = 0; each < 95; each++) counts.add('a', false, 10, 0)
  for (let each = 0; each < 5; each++) counts.add('a', false, 1_000, 0)
  const { p50_ms, p99_ms } = counts.summarise(1_000, 0)
  expect(p50_ms).toBeLessThan(11)
  expect(p99_ms).toBeGreaterThan(950)
})
