import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readZipEntry } from '../../src/temporal/read-zip-entry.ts'
import { zipOf } from './zip-of.ts'

test('any entry of an archive comes back byte for byte, stored or deflated', () => {
  const entries = fc.uniqueArray(
    fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), bytes: fc.uint8Array(), packed: fc.boolean() }),
    { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
  )
  fc.assert(
    fc.property(entries, (all) => {
      const archive = zipOf(all)
      for (const { name, bytes } of all) {
        expect(readZipEntry(archive, new RegExp(`^${name}$`))).toEqual(Buffer.from(bytes))
      }
    }),
  )
})

test('a name that no entry has answers null', () => {
  expect(readZipEntry(zipOf([{ name: 'a', bytes: Buffer.from('x'), packed: true }]), /^b$/)).toBeNull()
})

test('a file that was cut off is refused with a sentence', () => {
  const archive = zipOf([{ name: 'a', bytes: Buffer.from('x'), packed: true }])
  expect(() => readZipEntry(archive.subarray(0, archive.length - 10), /a/)).toThrow('cut off')
})
