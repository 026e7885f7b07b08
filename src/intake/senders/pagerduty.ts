// PagerDuty, webhooks version 3. An incident is an episode: it begins when it is created. Nothing protects its signature
// from being played again, so each event counts once, by its id, for as long as the journal lives.
// https://developer.pagerduty.com/docs/webhooks/v3-overview/ and .../webhook-signature
import type { Json, JsonObject } from '../../plan/json.ts'
import { readList } from '../read-list.ts'
import { BodyError, type Sender } from '../sender.ts'
import { isHmac } from '../signatures.ts'
import { isMap, type RawAlert } from '../slim-alert.ts'

const SIGNATURE = 'x-pagerduty-signature'
const MOST_SIGNATURES = 8
const FIRING = ['incident.triggered', 'incident.reopened', 'incident.escalated', 'incident.unacknowledged']
const RESOLVED = ['incident.resolved']

export const pagerduty: Sender = {
  judgeHeaders: (headers) => (headers.has(SIGNATURE) ? 'body' : 'stranger'),
  isSigned(headers, body, { secrets }) {
    const given = (headers.get(SIGNATURE) ?? '')
      .split(',')
      .map((part) => /^\s*v1=([0-9a-f]{64})\s*$/i.exec(part)?.[1])
      .filter((part) => part !== undefined)
    return isHmac(given.slice(0, MOST_SIGNATURES), [body], secrets)
  },
  idOf: (_headers, body) => textAt(eventOf(body), 'id'),
  read(body, _settings, delivery) {
    const event = eventOf(body)
    if (event === null) throw new BodyError('it has no `event`')
    const type = textAt(event, 'event_type') ?? ''
    const status = FIRING.includes(type) ? 'firing' : RESOLVED.includes(type) ? 'resolved' : null
    const data = isMap(event['data']) ? event['data'] : null
    const nothing = { alerts: [], poison: [], truncated: 0, groupLabels: {} }
    // Acknowledgements, notes and test messages ask for nothing.
    if (status === null || data === null || data['type'] !== 'incident') return nothing
    return { ...nothing, ...readList([data], () => incidentAlert(data, status), delivery) }
  },
}

const eventOf = (body: Json): JsonObject | null => (isMap(body) && isMap(body['event']) ? body['event'] : null)
const textAt = (map: JsonObject | null, key: string): string | null => {
  const value = map === null || !Object.hasOwn(map, key) ? null : map[key]
  return typeof value === 'string' && value !== '' ? value : null
}

function incidentAlert(data: JsonObject, status: 'firing' | 'resolved'): RawAlert {
  const nested = (key: string): string | null => textAt(isMap(data[key]) ? data[key] : null, 'summary')
  const labels = {
    alertname: textAt(data, 'title'),
    service: nested('service'),
    priority: nested('priority'),
    urgency: textAt(data, 'urgency'),
    incident: textAt(data, 'id'),
    incident_key: textAt(data, 'incident_key'),
  }
  return {
    status,
    labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== null)),
    annotations: { summary: textAt(data, 'title'), runbook_url: textAt(data, 'html_url') },
    startsAt: data['created_at'],
    fingerprint: `pagerduty:${textAt(data, 'id') ?? ''}`,
  }
}
