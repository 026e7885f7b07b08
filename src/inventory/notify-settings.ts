// How people are reached: the inventory's `notify`, as plain data. A page has its groups from a runbook or a cluster; here is
// what that means for telephones and mailboxes, and what follows when nobody answers.
import type { Severity } from '../plan/plan.ts'

export interface NotifySettings {
  readonly channels: readonly ChannelSpec[]
  readonly people: readonly Person[]
  /** Levels 1 to 3. The first is called where a page names nobody; the others when nobody acknowledges. */
  readonly levels: readonly NotifyLevel[]
  /** The same people are called again after this; 0: never. */
  readonly repeatMs: number
  readonly repeats: number
  /** Those who were called hear how an open run stands; 0: never. */
  readonly updateMs: number
  readonly quietHours: QuietHours | null
}

export interface Person {
  readonly name: string
  readonly contacts: readonly Contact[]
}

export interface Contact {
  /** Name of a channel. */
  readonly channel: string
  /** Address in the channel; null: the channel's own. */
  readonly to: string | null
}

export interface NotifyLevel {
  /** After the first page. */
  readonly afterMs: number
  /** Groups. */
  readonly to: readonly string[]
}

/** A window of every day by the clock of a zone; over midnight where `to` is before `from`. */
export interface QuietHours {
  /** Minute of the day. */
  readonly fromMinute: number
  readonly toMinute: number
  /** IANA name. */
  readonly zone: string
  /** What is less severe than this is quiet. */
  readonly below: Severity
  /** Where it goes meanwhile; null: it waits. */
  readonly channel: string | null
}

export type ChannelSpec = WebhookSpec | SmtpSpec | SlackSpec
export interface WebhookSpec {
  readonly kind: 'webhook'
  readonly name: string
  /** An address, or a reference to one. */
  readonly url: string
  /** Reference to the HMAC key. */
  readonly secret: string | null
}
export const SMTP_SECURITY = ['starttls', 'tls', 'none'] as const
export interface SmtpSpec {
  readonly kind: 'smtp'
  readonly name: string
  readonly host: string
  readonly port: number
  readonly security: (typeof SMTP_SECURITY)[number]
  readonly user: string | null
  /** Reference. */
  readonly password: string | null
  readonly from: string
  readonly to: string
}
export interface SlackSpec {
  readonly kind: 'slack'
  readonly name: string
  /** Reference. */
  readonly token: string
  readonly api: string | null
  /** Id of a channel or a person. */
  readonly to: string
}

export const DEFAULT_QUIET_BELOW: Severity = 'critical'
export const DEFAULT_NOTIFY = { repeatMs: 300_000, repeats: 12, updateMs: 900_000 } as const
