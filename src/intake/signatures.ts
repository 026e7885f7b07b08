// Secrets and signatures, compared in constant time.
// Why the hash before the comparison: it needs equal lengths, and to return early by length tells the length.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
const isSame = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected))

/** Answers whether the text is one of the secrets; all are looked at. */
export const isSecret = (given: string, secrets: readonly string[]): boolean =>
  secrets.map((secret) => isSame(given, secret)).includes(true)

/** Answers whether one of the signatures (hex) is the HMAC-SHA256 of these parts under one of the secrets. */
export function isHmac(
  given: readonly string[],
  parts: readonly (string | Buffer)[],
  secrets: readonly string[],
): boolean {
  const expected = secrets.map((secret) => {
    const hmac = createHmac('sha256', secret)
    for (const part of parts) hmac.update(part)
    return hmac.digest('hex')
  })
  return given.flatMap((each) => expected.map((right) => isSame(each.toLowerCase(), right))).includes(true)
}

/** A signed time that is older or newer than this is a replay, or a clock that is wrong. */
export const SIGNED_WITHIN_MS = 300_000

/** Answers whether a signed time, in seconds or milliseconds, is near enough to now. */
export function isFresh(timestamp: string, nowMs: number): boolean {
  if (!/^\d{9,14}$/.test(timestamp)) return false
  const given = Number(timestamp)
  const atMs = given < 1e11 ? given * 1_000 : given
  return Math.abs(nowMs - atMs) <= SIGNED_WITHIN_MS
}

/** Answers the secret that an Authorization header carries: as bearer token, or as the password of basic authentication. */
export function secretIn(authorization: string | null): string | null {
  const bearer = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const basic = /^Basic ([\w+/]{1,1024}={0,2})$/i.exec(authorization ?? '')?.[1]
  if (basic === undefined) return null
  const [, ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':')
  return password.join(':')
}
