// Prometheus Alertmanager, webhook version 4. It signs nothing: a bearer token or a password is all it can send.
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
import type { Json } from '../../plan/json.ts'
import { rawAlert, readList } from '../read-list.ts'
import { BodyError, type Reading, type Sender } from '../sender.ts'
import { isSecret, secretIn } from '../signatures.ts'
import { isMap } from '../slim-alert.ts'

export const alertmanager: Sender = {
  judgeHeaders: (headers, { secrets }) =>
    isSecret(secretIn(headers.get('authorization')) ?? '', secrets) ? 'known' : 'stranger',
  isSigned: () => false,
  idOf: () => null,
  read: (body, _settings, delivery) => readNotification(body, delivery),
}

/** Reads a notification; fields that nobody knows are left alone. Fails: BodyError. */
export function readNotification(body: Json, delivery: string): Reading {
  if (!isMap(body) || !Array.isArray(body['alerts'])) throw new BodyError('it has no list `alerts`')
  const { truncatedAlerts, groupLabels } = body
  return {
    ...readList(body['alerts'], rawAlert, delivery),
    truncated: typeof truncatedAlerts === 'number' && truncatedAlerts > 0 ? Math.floor(truncatedAlerts) : 0,
    groupLabels: isMap(groupLabels)
      ? Object.fromEntries(
          Object.entries(groupLabels).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
        )
      : {},
  }
}
