import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/plan/json.ts'
import { bytesOf, cutText } from '../../src/plan/size.ts'

test('a size is what Node counts', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(bytesOf(value as Json)).toBe(Buffer.byteLength(JSON.stringify(value)))
    }),
  )
  expect(bytesOf('é€😀')).toBe(Buffer.byteLength('"é€😀"'))
})

test('a cut text is never longer than its limit, and says that it was cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), fc.integer({ min: 40, max: 400 }), (text, limit) => {
      const cut = cutText(text, limit)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit)
      if (Buffer.byteLength(text) <= limit) expect(cut).toBe(text)
      else expect(cut.endsWith('(cut)')).toBe(true)
    }),
  )
})
