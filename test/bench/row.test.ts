// The few statistics on which the bench's verdicts rest.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { absoluteRow, alternate, holds, inMs, median, pairedRatio, quantile, undisturbed } from '../../bench/row.ts'
import { toTable } from '../../bench/table.ts'

const numbers = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })

describe('the median', () => {
  test('is the middle of an odd number of values and the mean of the two in the middle of an even number', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([7])).toBe(7)
  })

  test('of nothing is no number, so that a row without a measurement does not hold', () => {
    expect(median([])).toBeNaN()
    expect(holds({ what: '', reference: '', measured: '', ratio: median([]), limit: 1 })).toBe(false)
  })

  test('has as many values below as above, and leaves the values in their order', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const before = [...values]
        const middle = median(values)
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2)
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2)
        expect(values).toEqual(before)
      }),
    )
  })
})

describe('a quantile', () => {
  test('is the smallest value that the share does not exceed; p99 of twenty is the largest', () => {
    const twenty = Array.from({ length: 20 }, (_, n) => n + 1)
    expect(quantile(twenty, 0.99)).toBe(20)
    expect(quantile(twenty, 0.5)).toBe(10)
    expect(quantile(twenty, 0)).toBe(1)
    expect(undisturbed(twenty)).toBe(2)
  })

  test('is one of the values and grows with the share', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(numbers, share, share, (values, a, b) => {
        const [low, high] = [quantile(values, Math.min(a, b)), quantile(values, Math.max(a, b))]
        expect(values).toContain(low)
        expect(low).toBeLessThanOrEqual(high)
      }),
    )
  })
})

test('the ratio of pairs does not see what drifts over the whole measurement', () => {
  const drift = [1, 2, 4, 8, 16]
  const ours = drift.map((slowness) => 1.1 * slowness)
  expect(pairedRatio(ours, drift)).toBeCloseTo(1.1)
})

test('the two sides take turns, each first as often as the other', async () => {
  const order: string[] = []
  const side = (name: string) => (): number => order.push(name)
  const { ours, reference } = await alternate(4, side('a'), side('b'))
  expect(order.join('')).toBe('abbaabba')
  expect([ours.length, reference.length]).toEqual([4, 4])
})

describe('a row', () => {
  test('with an absolute limit holds at the limit and not above', () => {
    expect(holds(absoluteRow('help', 150, 150, inMs))).toBe(true)
    expect(holds(absoluteRow('help', 151, 150, inMs))).toBe(false)
  })

  test('is a line of the table, marked by whether it holds', () => {
    const table = toTable([absoluteRow('help', 75, 150, inMs), absoluteRow('slow', 300, 150, inMs)])
    expect(table.split('\n')).toEqual([
      '| what | reference      | measured | ratio | limit  |   |',
      '|------|----------------|----------|-------|--------|---|',
      '| help | at most 150 ms | 75 ms    | 0.50  | ≤ 1.00 | ✓ |',
      '| slow | at most 150 ms | 300 ms   | 2.00  | ≤ 1.00 | ✗ |',
    ])
  })
})
