import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forecast, LEAST_SAMPLES, type Sample } from '../../src/detection/trend.ts'

const MINUTE = 60_000
/** One sample a minute: a line with noise that repeats. */
const line = (count: number, from: number, perMinute: number, noise = 0): Sample[] =>
  Array.from({ length: count }, (_, index) => ({
    at: index * MINUTE,
    value: from + perMinute * index + noise * Math.sin(index * 12.9898) * 0.5,
  }))
const now = 59 * MINUTE

describe('a forecast', () => {
  test('too few samples say nothing', () => {
    expect(forecast(line(LEAST_SAMPLES - 1, 0.5, 0.01), 0.95, MINUTE, now)).toBeNull()
  })
  test('a straight line is known to the minute', () => {
    const seen = forecast(line(60, 0.2, 0.01), 0.95, 60 * MINUTE, now)
    expect(seen?.confidence).toBe(1)
    expect((seen?.reachesAt ?? 0) / MINUTE).toBeCloseTo(75, 3)
  })
  test('a line that is too slow for the time is not confident', () => {
    expect(forecast(line(60, 0.2, 0.001), 0.95, 60 * MINUTE, now)?.confidence).toBe(0)
  })
  test('a quarter of wild samples bends it little', () => {
    const wild = line(60, 0.2, 0.01).map((sample, index) => (index % 4 === 0 ? { ...sample, value: 0.05 } : sample))
    const seen = forecast(wild, 0.95, 60 * MINUTE, now)
    expect((seen?.reachesAt ?? 0) / MINUTE).toBeGreaterThan(60)
    expect((seen?.reachesAt ?? 0) / MINUTE).toBeLessThan(110)
  })
  test('noise around a level is sure of nothing', () => {
    expect(forecast(line(60, 0.6, 0, 0.3), 0.95, 240 * MINUTE, now)?.confidence).toBeLessThan(0.3)
  })
  test('what falls never reaches', () => {
    expect(forecast(line(60, 0.9, -0.005), 0.95, 240 * MINUTE, now)).toMatchObject({ reachesAt: null, confidence: 0 })
  })
  test('what is there already has reached it', () => {
    expect(forecast(line(60, 0.96, 0), 0.95, MINUTE, now)).toMatchObject({ reachesAt: now, confidence: 1 })
  })

  const samples = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: LEAST_SAMPLES,
    maxLength: 30,
  })
  const placed = (steps: readonly (readonly [number, number])[]): Sample[] => {
    let at = 0
    return steps.map(([minutes, value]) => ({ at: (at += minutes * MINUTE), value }))
  }
  test('the order of samples changes nothing, confidence is a share, and more time never makes it less sure', () => {
    fc.assert(
      fc.property(samples, (steps) => {
        const given = placed(steps)
        const end = given.at(-1)?.at ?? 0
        const seen = forecast(given, 0.95, 60 * MINUTE, end)
        expect(forecast(given.toReversed(), 0.95, 60 * MINUTE, end)).toEqual(seen)
        expect(seen?.confidence).toBeGreaterThanOrEqual(0)
        expect(seen?.confidence).toBeLessThanOrEqual(1)
        const later = forecast(given, 0.95, 120 * MINUTE, end)
        expect(later?.confidence ?? 0).toBeGreaterThanOrEqual(seen?.confidence ?? 0)
      }),
    )
  })
})
