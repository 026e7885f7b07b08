// A body as bytes, then as JSON, within limits: how large, how slow, how deep. Nothing is believed before it is counted.
import type { Json } from '../plan/json.ts'
import { BodyError } from './sender.ts'

export const LARGEST_BODY_BYTES = 16 * 1024 * 1024
const WITHIN_MS = 10_000
export const DEEPEST = 32

/** A body that is larger than any sender's. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}
/** A body that did not come in time, or ended early: sent again, it may. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/** Reads a body to its end; `took` is told each piece as it comes. Fails: TooLarge, TooSlow, whatever `took` throws. */
export async function readBody(request: Request, took: (bytes: number) => void): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > LARGEST_BODY_BYTES) throw new TooLarge('too large')
  if (request.body === null) return Buffer.alloc(0)
  const reader = (request.body as ReadableStream<Uint8Array>).getReader()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow('too slow')), WITHIN_MS)
  })
  late.catch(() => undefined)
  const pieces: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late])
      if (done) return Buffer.concat(pieces)
      size += value.byteLength
      if (size > LARGEST_BODY_BYTES) throw new TooLarge('too large')
      took(value.byteLength)
      pieces.push(value)
    }
  } catch (error) {
    void reader.cancel().catch(() => undefined)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Reads JSON. Fails: BodyError, where it is none, or nested deeper than any sender does. */
export function parseJson(bytes: Buffer): Json {
  if (deepest(bytes) > DEEPEST) throw new BodyError(`it is nested deeper than ${DEEPEST}`)
  try {
    return JSON.parse(bytes.toString('utf8')) as Json
  } catch {
    throw new BodyError('it is no JSON')
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = [0x5b, 0x7b]
const CLOSING = [0x5d, 0x7d]

/** Counts brackets outside of texts: the cheapest look that can be had before anything is built. */
function deepest(bytes: Buffer): number {
  let depth = 0
  let most = 0
  let isText = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    if (isText) {
      if (byte === BACKSLASH) index++
      else if (byte === QUOTE) isText = false
    } else if (byte === QUOTE) isText = true
    else if (OPENING.includes(byte)) most = Math.max(most, ++depth)
    else if (CLOSING.includes(byte)) depth--
  }
  return most
}
