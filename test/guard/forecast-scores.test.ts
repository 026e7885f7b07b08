import { expect, test } from 'vitest'
import { accuracyOf, calibrationErrorOf } from '../../src/guard/forecasts.ts'

test('accuracy is the share that came true, whatever the confidence was', () => {
  const scores = [
    { tenth: 8, made: 10, cameTrue: 8 },
    { tenth: 6, made: 10, cameTrue: 2 },
  ]
  expect(accuracyOf(scores)).toBe(0.5)
  expect(accuracyOf([])).toBe(0)
})

test('confidence that is as good as it says has no error, and too sure a forecast shows', () => {
  expect(calibrationErrorOf([{ tenth: 8, made: 20, cameTrue: 17 }])).toBeCloseTo(0)
  expect(calibrationErrorOf([{ tenth: 9, made: 20, cameTrue: 9 }])).toBeCloseTo(0.5)
  const mixed = [
    { tenth: 8, made: 20, cameTrue: 17 },
    { tenth: 9, made: 20, cameTrue: 9 },
  ]
  expect(calibrationErrorOf(mixed)).toBeCloseTo(0.25)
})
