// What a sender of alerts is to intake: how it proves who it is, and how its body is read. One file a sender, one
// contract suite for all. Read next: senders.ts (the list), create-hooks.ts (who asks them).
import type { Alert } from '../guard/protocol.ts'
import type { Json } from '../plan/json.ts'
import type { SenderSettings } from './intake-settings.ts'

export interface Sender {
  /**
   * Judges the headers alone, so that a body is not read for a stranger: `body` where only the body can tell.
   * Invariant: secrets are compared in constant time.
   */
  judgeHeaders(headers: Headers, settings: SenderSettings): 'known' | 'stranger' | 'body'
  /** Judges a signature over the raw body. */
  isSigned(headers: Headers, body: Buffer, settings: SenderSettings, nowMs: number): boolean
  /** The id by which the sender names this delivery or this very signature; null where it names none. */
  idOf(headers: Headers, body: Json): string | null
  /** Reads a body. Fails: BodyError, where it is no body of this sender at all. */
  read(body: Json, settings: SenderSettings, delivery: string): Reading
}

export interface Reading {
  readonly alerts: readonly Alert[]
  /** What could not be read, one by one, with its body. */
  readonly poison: readonly Poison[]
  /** How many the sender left out, and what they have in common. */
  readonly truncated: number
  readonly groupLabels: Readonly<Record<string, string>>
}
export interface Poison {
  readonly index: number
  readonly why: string
  readonly body: Json
}

/** A body that can never be read, however often it is sent. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
}
