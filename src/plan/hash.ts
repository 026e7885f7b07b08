// The one hash of Phix, pure so that the workflow sandbox has it too: plans, gates' snapshots, idempotency keys.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson, type Json } from './json.ts'
import type { Plan } from './plan.ts'

/** Answers the SHA-256 (FIPS 180-4) of a text's UTF-8 bytes, 64 lower-case hex digits. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

/** Answers the hash of a value's canonical JSON: equal values, equal hashes. */
export const hashOf = (value: Json): string => sha256Hex(canonicalJson(value))

/** The plan that was hashed last: a worker checks the same few again and again, once for each run. */
const last = { text: '', hash: '' }

/** Answers the identity of a plan: what was reviewed is what runs. */
export function planHash(plan: Plan): string {
  const text = canonicalJson(plan as unknown as Json)
  if (text !== last.text) Object.assign(last, { text, hash: sha256Hex(text) })
  return last.hash
}
