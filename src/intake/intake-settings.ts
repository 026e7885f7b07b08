// Who may send alerts, and how they prove it: intake.yaml, read by read-intake.ts. Secrets are references in the file and
// values here; they are never written anywhere.

export const SENDERS = ['alertmanager', 'grafana', 'pagerduty', 'generic'] as const
export type SenderName = (typeof SENDERS)[number]

export interface SenderSettings {
  /** One, or two while it is being changed. Empty: anybody is believed (`--insecure-dev`). */
  readonly secrets: readonly string[]
  /** Grafana: the header with the time that is signed too; null: the body alone is signed. */
  readonly timestampHeader: string | null
  /** Alertmanager: base URL of its API, where alerts are read back that it left out. */
  readonly api: string | null
  /** The generic sender: where in the body everything is; null: it speaks as Alertmanager does. */
  readonly mapping: BodyMapping | null
}

/** Each text is a path of names with dots between, such as `check.name`. */
export interface BodyMapping {
  /** The list of alerts; null: the body is one alert. */
  readonly alerts: string | null
  readonly status: string
  /** Values of `status` that fire; every other one resolves. */
  readonly firing: readonly string[]
  readonly startsAt: string
  readonly fingerprint: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export type IntakeSettings = Readonly<Partial<Record<SenderName, SenderSettings>>>

export const UNGUARDED: SenderSettings = { secrets: [], timestampHeader: null, api: null, mapping: null }
