// Masks secrets by value, however they are spelled: raw, base64 at any offset, url- and JSON-escaped. By value, because
// a target may echo a secret in any field, and a list of field names would miss it.
import type { Json, JsonObject } from '../../src/plan/json.ts'

export interface Masker {
  /** From now on this value is shown as its reference only. */
  hide(secret: string, reference: string): void
  readonly text: (text: string) => string
  json<T extends Json>(value: T): T
}

export function createMasker(): Masker {
  const shown = new Map<string, string>()
  let spellings: readonly (readonly [string, string])[] = []
  const text = (original: string): string => {
    let masked = original
    for (const [spelling, label] of spellings)
      if (masked.includes(spelling)) masked = masked.replaceAll(spelling, label)
    return masked
  }
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value)
    if (typeof value === 'number')
      return spellings.some(([spelling]) => spelling === String(value)) ? text(String(value)) : value
    if (Array.isArray(value)) return value.map(json)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [text(key), json(item)]))
  }
  return {
    hide(secret, reference) {
      if (shown.has(secret)) return
      shown.set(secret, reference)
      // Longest first, so that no spelling is broken by a shorter one inside it.
      spellings = [...shown]
        .flatMap(([each, name]) =>
          spellingsOf(each).map((spelling) => [spelling, `[${name.replace('secret://', 'secret ')}]`] as const),
        )
        .sort(([a], [b]) => b.length - a.length)
    },
    text,
    json: (value) => (spellings.length === 0 ? value : (json(value) as typeof value)),
  }
}

/** Shorter pieces of base64 would hit ordinary text. */
const SHORTEST_SPELLING = 4

/** Answers every spelling of a secret that a target or a library may give back. */
export function spellingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const encoded = [0, 1, 2].flatMap((offset) => {
    const piece = base64At(bytes, offset)
    return [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const url = encodeURIComponent(secret)
  const all = [
    secret,
    ...encoded,
    url,
    url.replaceAll('%20', '+'),
    url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
    bytes.toString('hex'),
  ]
  return [...new Set(all)].filter((spelling) => spelling.length >= SHORTEST_SPELLING)
}

/** The part of base64 that depends on the secret alone when it stands `offset` bytes (mod 3) into a longer text. */
function base64At(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '')
  const from = offset === 0 ? 0 : offset + 1
  const spare = (offset + bytes.length) % 3 === 0 ? 0 : 1
  return whole.slice(from, whole.length - spare)
}
