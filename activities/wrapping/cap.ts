// Nothing larger than LIMITS leaves an activity (temporal.md §13.12 has what happens otherwise). What is cut says so.
import type { Json, JsonObject } from '../../src/plan/json.ts'

const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8')

/** Cuts a text to this many bytes of UTF-8, never inside a character; the note counts. */
export function capText(text: string, maxBytes: number): string {
  const size = bytesOf(text)
  if (size <= maxBytes) return text
  const note = ` … [cut by Phix: ${size} bytes in all]`
  const room = Math.max(0, maxBytes - bytesOf(note))
  // A cut character becomes U+FFFD at the end, which is dropped.
  return (
    Buffer.from(text, 'utf8')
      .subarray(0, room)
      .toString('utf8')
      .replace(/\uFFFD+$/u, '') + note
  )
}

const SHORTEST_TEXT = 64

/**
 * Cuts JSON to this many bytes: first its longest texts, then the ends of its longest lists; keys stay, so that the
 * result still fits its schema. What cannot be cut that way becomes one note.
 */
export function capJson(value: Json, maxBytes: number): { readonly value: Json; readonly cut: boolean } {
  const size = bytesOf(JSON.stringify(value))
  if (size <= maxBytes) return { value, cut: false }
  for (let longest = maxBytes; longest >= SHORTEST_TEXT; longest = Math.floor(longest / 2)) {
    const cut = shorten(value, longest, Infinity)
    if (bytesOf(JSON.stringify(cut)) <= maxBytes) return { value: cut, cut: true }
  }
  for (let items = 4096; items >= 1; items = Math.floor(items / 2)) {
    const cut = shorten(value, SHORTEST_TEXT, items)
    if (bytesOf(JSON.stringify(cut)) <= maxBytes) return { value: cut, cut: true }
  }
  return { value: { cut: `the output was ${size} bytes, more than ${maxBytes}; Phix kept nothing of it` }, cut: true }
}

function shorten(value: Json, longest: number, items: number): Json {
  if (typeof value === 'string') return capText(value, longest)
  if (Array.isArray(value)) return value.slice(0, items).map((item: Json) => shorten(item, longest, items))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [key, shorten(item, longest, items)]),
  )
}
