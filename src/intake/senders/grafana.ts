// Grafana 12 and later: a body like Alertmanager's, and an HMAC over it; with the time in a header of any name where one
// is configured. https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
import type { Sender } from '../sender.ts'
import { isFresh, isHmac } from '../signatures.ts'
import { readNotification } from './alertmanager.ts'

const SIGNATURE = 'x-grafana-alerting-signature'

export const grafana: Sender = {
  judgeHeaders: (headers) => (headers.has(SIGNATURE) ? 'body' : 'stranger'),
  isSigned(headers, body, { secrets, timestampHeader }, nowMs) {
    const signature = headers.get(SIGNATURE) ?? ''
    if (timestampHeader === null) return isHmac([signature], [body], secrets)
    const timestamp = headers.get(timestampHeader) ?? ''
    return isFresh(timestamp, nowMs) && isHmac([signature], [timestamp, ':', body], secrets)
  },
  idOf: () => null,
  read: (body, _settings, delivery) => readNotification(body, delivery),
}
