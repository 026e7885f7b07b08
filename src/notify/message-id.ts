import { createHash } from 'node:crypto'

/**
 * Answers a UUID that is a function of what is told to whom.
 * Why: a worker may die after it sent and before it noted so; the message is sent again, and this is how a receiver sees
 * that it is the same one.
 */
export function messageIdOf(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  // RFC 9562, version 8: the layout is ours, the form is a UUID's.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
