// Whom a node may not exchange a byte with: a file, read for every connection, so that a cut takes effect at once.
import { readFileSync } from 'node:fs'

/** Every request between members says who asks. */
export const MEMBER_HEADER = 'x-lab-member'

export function isDenied(file: string, peer: string): boolean {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as readonly string[]).includes(peer)
  } catch {
    return false // no file: no cut
  }
}
