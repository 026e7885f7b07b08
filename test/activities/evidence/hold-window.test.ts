import { expect, test } from 'vitest'
import { isStable, look, NOT_HELD } from '../../../activities/evidence/hold-window.ts'

test('it is stable once every look held for the whole window', () => {
  const window = look(look(NOT_HELD, true, 100), true, 200)
  expect(isStable(window, 299, 200)).toBe(false)
  expect(isStable(window, 300, 200)).toBe(true)
})

test('one look that did not hold begins the window anew', () => {
  const window = look(look(look(NOT_HELD, true, 0), false, 100), true, 200)
  expect(isStable(window, 300, 200)).toBe(false)
  expect(isStable(window, 400, 200)).toBe(true)
})
