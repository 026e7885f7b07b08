// What is kept of an alert: its labels as they are, three annotations, its start. Everything is bounded, so that nothing
// that a sender writes can grow a signal, a history or a journal without end.
import { createHash } from 'node:crypto'
import type { Alert } from '../guard/protocol.ts'
import type { Json, JsonObject } from '../plan/json.ts'

const MOST_LABELS = 64
const LONGEST_VALUE = 1_024
const LARGEST_BYTES = 8_192
const KEPT_ANNOTATIONS = ['summary', 'description', 'runbook_url'] as const
const LONGEST_ANNOTATION = 300
const LABEL_NAME = /^[A-Za-z_][\w.:/-]{0,127}$/
const DANGEROUS = ['__proto__', 'constructor', 'prototype']
const EARLIEST = Date.UTC(2000)
const LATEST = Date.UTC(2200)

export interface RawAlert {
  readonly status: Json | undefined
  readonly labels: Json | undefined
  readonly annotations: Json | undefined
  readonly startsAt: Json | undefined
  readonly fingerprint: Json | undefined
}

/** Answers the alert. Fails: PoisonError that says what is wrong with it. */
export function slimAlert(raw: RawAlert, delivery: string): Alert {
  const labels = labelsFrom(raw.labels)
  const alert: Alert = {
    fingerprint: fingerprintFrom(raw.fingerprint, labels),
    status: statusFrom(raw.status),
    labels,
    annotations: annotationsFrom(raw.annotations),
    starts_at: instantFrom(raw.startsAt),
    delivery,
  }
  const bytes = Buffer.byteLength(JSON.stringify(alert))
  if (bytes > LARGEST_BYTES)
    throw new PoisonError(`it is ${bytes} bytes even when slimmed, the limit is ${LARGEST_BYTES}`)
  return alert
}

/** An alert that is not one. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError'
}

const isText = (value: Json | undefined): value is string => typeof value === 'string'

export const isMap = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function labelsFrom(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isMap(value)) throw new PoisonError('its labels are no map')
  const entries = Object.entries(value)
  if (entries.length > MOST_LABELS)
    throw new PoisonError(`it has ${entries.length} labels, the limit is ${MOST_LABELS}`)
  return Object.fromEntries(entries.map(([name, text]) => [nameFrom(name), textFrom(name, text)]))
}

function nameFrom(name: string): string {
  if (LABEL_NAME.test(name) && !DANGEROUS.includes(name)) return name
  throw new PoisonError(`it has a label \`${name.slice(0, 100)}\`, which is no name of a label`)
}

function textFrom(name: string, value: Json | undefined): string {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
  if (typeof text !== 'string') throw new PoisonError(`its label \`${name}\` is no text`)
  if (text.length > LONGEST_VALUE) throw new PoisonError(`its label \`${name}\` is longer than ${LONGEST_VALUE}`)
  if (text.includes('\u0000')) throw new PoisonError(`its label \`${name}\` has a NUL in it`)
  return text
}

function annotationsFrom(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isMap(value)) return {}
  return Object.fromEntries(
    KEPT_ANNOTATIONS.flatMap((name) => {
      const text = Object.hasOwn(value, name) ? value[name] : undefined
      return typeof text === 'string' && text !== '' ? [[name, text.slice(0, LONGEST_ANNOTATION)]] : []
    }),
  )
}

function statusFrom(value: Json | undefined): Alert['status'] {
  if (value === 'firing' || value === 'resolved') return value
  throw new PoisonError('its status is neither `firing` nor `resolved`')
}

function instantFrom(value: Json | undefined): string {
  const at = typeof value === 'number' ? (value < 1e11 ? value * 1_000 : value) : Date.parse(isText(value) ? value : '')
  if (!Number.isFinite(at) || at < EARLIEST || at > LATEST) throw new PoisonError('its start is no time')
  return new Date(at).toISOString()
}

/** The sender's own fingerprint; where it has none, one of the labels. */
function fingerprintFrom(value: Json | undefined, labels: Readonly<Record<string, string>>): string {
  if (typeof value === 'string' && /^[\w:.-]{1,80}$/.test(value)) return value
  if (value !== undefined && value !== null && value !== '') throw new PoisonError('its fingerprint is no short word')
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
}
