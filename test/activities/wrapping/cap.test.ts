import fc from 'fast-check'
import { expect, test } from 'vitest'
import { capJson, capText } from '../../../activities/wrapping/cap.ts'
import type { Json } from '../../../src/plan/json.ts'

const bytes = (value: Json): number => Buffer.byteLength(JSON.stringify(value))

test('what fits is left alone', () => {
  const value = { a: 'short', b: [1, 2] }
  expect(capJson(value, 100)).toEqual({ value, cut: false })
  expect(capText('short', 100)).toBe('short')
})

test('a long text is cut, and says how long it was', () => {
  const cut = capText('é'.repeat(10_000), 1_000)
  expect(cut).toMatch(/é … \[cut by Phix: 20000 bytes in all\]$/)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1_000)
})

test('a cut output keeps its keys and its short values', () => {
  const { value, cut } = capJson({ status: 200, text: 'x'.repeat(200_000) }, 64 * 1024)
  expect(cut).toBe(true)
  expect(value).toMatchObject({ status: 200 })
  expect((value as { text: string }).text).toContain('[cut by Phix: 200000 bytes in all]')
})

test('a list of very many items loses its end', () => {
  const { value } = capJson({ lines: Array.from({ length: 50_000 }, (_, line) => `line ${line}`) }, 64 * 1024)
  expect((value as { lines: string[] }).lines[0]).toBe('line 0')
})

test('whatever it is, it fits afterwards', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 200, max: 4_000 }), (value, max) => {
      expect(bytes(capJson(value as Json, max).value)).toBeLessThanOrEqual(max)
    }),
  )
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, key) => [`key-${key}`, key]))
  expect(bytes(capJson(wide, 64 * 1024).value)).toBeLessThanOrEqual(64 * 1024)
})
