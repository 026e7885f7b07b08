// Intake with a Temporal that can be away, a journal that can be full, and senders as they really sign.
import { createHmac } from 'node:crypto'
import { createHandOver } from '../../src/intake/hand-over.ts'
import { createHooks, type DeliveryOutcome } from '../../src/intake/create-hooks.ts'
import { deliveryFrom, type Delivery } from '../../src/intake/delivery.ts'
import type { IntakeSettings, SenderName, SenderSettings } from '../../src/intake/intake-settings.ts'
import type { AlertBatch } from '../../src/guard/protocol.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { Journal, JournalRecord } from '../../src/journal/journal.ts'

export const SECRET = 'a-secret-of-many-characters'
export const NEXT_SECRET = 'the-secret-that-comes-next'
export const NOW = Date.UTC(2026, 0, 1, 12)

export function createMemoryJournal() {
  const records: (JournalRecord & { sequence: number })[] = []
  const state = { isFull: false, appends: 0 }
  const journal: Journal = {
    async append(given) {
      state.appends++
      if (state.isFull) throw new Error('could not append to the journal: the disk is full')
      const fresh = given.filter(({ id, kind }) => !records.some((each) => each.id === id && each.kind === kind))
      for (const each of fresh) records.push({ ...each, sequence: records.length })
      return fresh.length
    },
    read: async ({ kind, id, since = 0, limit = 1_000 }) =>
      records
        .filter((each) => (kind === undefined || each.kind === kind) && (id === undefined || each.id === id))
        .filter(({ at }) => at >= since)
        .reverse()
        .slice(0, limit),
    close: async () => undefined,
  }
  return { journal, records, state }
}

export function createIntakeBench(settings: Partial<Record<SenderName, Partial<SenderSettings>>> = {}) {
  const memory = createMemoryJournal()
  const temporal = { isAway: false, batches: [] as { cluster: string; batch: AlertBatch }[] }
  const outcomes: DeliveryOutcome[] = []
  const clock = { now: NOW }
  const inventory = { version: 1, clusters: [{ name: 'lab', nodes: [], services: [] }], groups: [], acceptance: false }
  const full: IntakeSettings = Object.fromEntries(
    (['alertmanager', 'grafana', 'pagerduty', 'generic'] as const).map((name) => [
      name,
      { secrets: [SECRET, NEXT_SECRET], timestampHeader: null, api: null, mapping: null, ...settings[name] },
    ]),
  )
  const begin = () => {
    const handOver = createHandOver({
      journal: memory.journal,
      now: () => clock.now,
      log: { warn: () => undefined },
      async alert(cluster, batch) {
        if (temporal.isAway) throw new Error('no Temporal server answers')
        temporal.batches.push({ cluster, batch })
      },
    })
    const hooks = createHooks({
      ...{ settings: full, handOver, journal: memory.journal, now: () => clock.now },
      inventory: () => inventory as unknown as Inventory,
      counts: { delivered: (_sender, outcome) => outcomes.push(outcome), alerts: () => undefined },
      log: { error: () => undefined },
    })
    return { handOver, hooks }
  }
  let running = begin()
  return {
    ...memory,
    temporal,
    outcomes,
    clock,
    get hooks() {
      return running.hooks
    },
    get handOver() {
      return running.handOver
    },
    /** A new process over the same journal, as after a kill -9. */
    restart() {
      running = begin()
    },
    deliveries: (): readonly Delivery[] =>
      memory.records.filter(({ kind }) => kind === 'delivery').map((each) => deliveryFrom(each) as Delivery),
    signalled: () => temporal.batches.flatMap(({ batch }) => batch.alerts),
    post: (sender: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
      running.hooks.answer(
        new Request(`http://127.0.0.1/hooks/${sender}`, {
          method: 'POST',
          body: typeof body === 'string' ? body : new Uint8Array(body),
          headers: { 'content-type': 'application/json', ...headers },
        }),
      ),
  }
}

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex')

export interface SenderCase {
  readonly name: SenderName
  /** Headers that prove who sends this body. */
  readonly sign: (body: string, secret?: string, atMs?: number) => Record<string, string>
  /** A body with one alert, or several. */
  readonly body: (status: 'firing' | 'resolved', alerts?: readonly object[]) => string
  /** An alert that cannot be read, beside good ones; null where the sender sends one at a time. */
  readonly poison: object | null
}

export const alertOf = (status: string, instance = 'node-2:9100', fingerprint = 'f1') => ({
  ...{ status, fingerprint, labels: { alertname: 'OllamaNodeDown', instance }, annotations: { summary: 'It is down' } },
  ...{ startsAt: '2026-01-01T11:59:00.123456789Z', endsAt: '0001-01-01T00:00:00Z', generatorURL: 'http://x' },
})
const notification = (status: string, alerts: readonly object[] = [alertOf(status)]): string =>
  JSON.stringify({
    ...{ version: '4', groupKey: '{}:{}', truncatedAlerts: 0, status, receiver: 'phix', groupLabels: {} },
    ...{ commonLabels: {}, commonAnnotations: {}, externalURL: 'http://x', notification_reason: 'new', alerts },
  })

export const SENDER_CASES: readonly SenderCase[] = [
  {
    name: 'alertmanager',
    sign: (_body, secret = SECRET) => ({ authorization: `Bearer ${secret}` }),
    body: notification,
    poison: { status: 'firing', labels: 7 },
  },
  {
    name: 'grafana',
    sign: (body, secret = SECRET) => ({ 'x-grafana-alerting-signature': hmac(secret, body) }),
    body: (status, alerts) =>
      JSON.stringify({ ...(JSON.parse(notification(status, alerts)) as object), version: '1', orgId: 1 }),
    poison: { status: 'firing', labels: 7 },
  },
  {
    name: 'pagerduty',
    sign: (body, secret = SECRET) => ({
      'x-pagerduty-signature': `v1=${hmac('another-secret-altogether', body)},v1=${hmac(secret, body)}`,
    }),
    body: (status) =>
      JSON.stringify({
        event: {
          ...{ id: `01-${status}`, event_type: status === 'firing' ? 'incident.triggered' : 'incident.resolved' },
          ...{ resource_type: 'incident', occurred_at: '2026-01-01T12:00:00Z' },
          data: {
            ...{ id: 'PGR0VU2', type: 'incident', title: 'OllamaNodeDown', urgency: 'high' },
            ...{ created_at: '2026-01-01T11:59:00Z', service: { id: 'P1', summary: 'ollama' }, html_url: 'https://x' },
          },
        },
      }),
    poison: null,
  },
  {
    name: 'generic',
    sign: (body, secret = SECRET, atMs = NOW) => {
      const seconds = Math.floor(atMs / 1_000)
      return { 'x-phix-signature': `t=${seconds},v1=${hmac(secret, `${seconds}.${body}`)}` }
    },
    body: notification,
    poison: { status: 'firing', labels: 7 },
  },
]
