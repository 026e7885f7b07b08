// The compact, checksummed record of learned gaps: what a replacement of a watch goes on with. A damaged record is no
// record: its nodes start as unknown, never as failed.
import type { Json } from '../plan/json.ts'
import { canonicalJson } from '../plan/json.ts'
import type { WatchCheckpoint } from '../guard/protocol.ts'

/** Heartbeat details stay below this (rules.md, Watching). Bytes. */
export const CHECKPOINT_BYTES = 64 * 1024

const RADIX = 36
const SEPARATOR = '.'

/** Writes gaps as whole ms in base 36, newest last, and drops the oldest where they would not fit. */
export function encodeGaps(gapsMs: readonly number[], maxLength: number): string {
  const words = gapsMs.map((gap) => Math.max(1, Math.round(gap)).toString(RADIX))
  let length = words.reduce((sum, word) => sum + word.length + 1, 0)
  let from = 0
  while (length > maxLength && from < words.length) length -= (words[from++] as string).length + 1
  return words.slice(from).join(SEPARATOR)
}

/** Reads gaps; null where a word is no positive number. */
export function decodeGaps(text: string): readonly number[] | null {
  if (text === '') return []
  const words = text.split(SEPARATOR)
  if (!words.every((word) => /^[0-9a-z]{1,10}$/.test(word))) return null
  const gaps = words.map((word) => Number.parseInt(word, RADIX))
  return gaps.every((gap) => gap > 0) ? gaps : null
}

/** Answers the FNV-1a hash of a text, 8 hex digits: it finds damage, it does not keep out an attacker. */
export function checksumOf(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/** Seals a checkpoint with its checksum. */
export function sealCheckpoint(open: Omit<WatchCheckpoint, 'checksum'>): WatchCheckpoint {
  return { ...open, checksum: checksumOf(canonicalJson(open as unknown as Json)) }
}

/** Answers what was learned of each node, as its model wrote it; null where the record is damaged, of another version, or none. */
export function restoreLearned(record: unknown): ReadonlyMap<string, string> | null {
  if (!isCheckpoint(record)) return null
  const { checksum, ...open } = record
  if (checksumOf(canonicalJson(open as unknown as Json)) !== checksum) return null
  return new Map(record.nodes.map(({ name, window }) => [name, window]))
}

function isCheckpoint(record: unknown): record is WatchCheckpoint {
  if (typeof record !== 'object' || record === null) return false
  const { v, nodes, checksum } = record as Partial<Record<keyof WatchCheckpoint, unknown>>
  return v === 1 && typeof checksum === 'string' && Array.isArray(nodes) && nodes.every(isNodeRecord)
}
const isNodeRecord = (node: unknown): boolean =>
  typeof node === 'object' &&
  node !== null &&
  typeof (node as Record<string, unknown>)['name'] === 'string' &&
  typeof (node as Record<string, unknown>)['window'] === 'string'
