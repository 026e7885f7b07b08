import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMasker, spellingsOf } from '../../../activities/wrapping/mask.ts'

const SECRET = 'p4ss/word+"with" späce'
const masker = createMasker()
masker.hide(SECRET, 'secret://env/TOKEN')

test.each([
  ['raw', SECRET],
  ['base64', Buffer.from(SECRET).toString('base64')],
  ['base64url', Buffer.from(SECRET).toString('base64url')],
  ['url-escaped', encodeURIComponent(SECRET)],
  ['form-escaped', encodeURIComponent(SECRET).replaceAll('%20', '+')],
  ['JSON-escaped', JSON.stringify({ a: SECRET })],
  ['JSON in JSON', JSON.stringify(JSON.stringify({ a: SECRET }))],
  ['hex', Buffer.from(SECRET).toString('hex')],
])('a secret is masked where it is written %s', (_, spelling) => {
  const masked = masker.text(`before ${spelling} after`)
  expect(masked).toContain('[secret env/TOKEN]')
  expect(masked).toContain('before ')
  expect(spellingsOf(SECRET).filter((each) => masked.includes(each))).toEqual([])
})

test('a secret inside a longer base64 text is masked at every offset', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 0, maxLength: 20 }), fc.string({ maxLength: 20 }), (before, after) => {
      const encoded = Buffer.from(`${before}${SECRET}${after}`).toString('base64')
      const masked = masker.text(encoded)
      expect(masked).toContain('[secret env/TOKEN]')
    }),
  )
})

test('it is masked in keys, values, lists and numbers of JSON', () => {
  const own = createMasker()
  own.hide('123456', 'secret://env/PIN')
  expect(own.json({ a: ['x 123456'], '123456': 1, pin: 123456, other: 1234567 })).toEqual({
    a: ['x [secret env/PIN]'],
    '[secret env/PIN]': 1,
    pin: '[secret env/PIN]',
    other: 1234567,
  })
})

test('of two secrets of which one holds the other, the longer is masked whole', () => {
  const own = createMasker()
  own.hide('abcd', 'secret://env/SHORT')
  own.hide('abcdefgh', 'secret://env/LONG')
  expect(own.text('abcdefgh abcd')).toBe('[secret env/LONG] [secret env/SHORT]')
})
