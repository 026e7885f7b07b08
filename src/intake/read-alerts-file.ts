// Alerts that a person wrote into a file: a notification of Alertmanager, a list of alerts, or one. What intake fills in
// for a sender is filled in here, so that `{"labels": {...}}` is enough to ask.
import type { Alert } from '../guard/protocol.ts'
import type { Json } from '../plan/json.ts'
import { parseJson } from './read-body.ts'
import { rawAlert } from './read-list.ts'
import { isMap, slimAlert } from './slim-alert.ts'

const DELIVERY = 'file'

/** Reads alerts. Fails: BodyError or PoisonError, which say what is wrong. */
export function readAlertsFile(text: string): readonly Alert[] {
  const body = parseJson(Buffer.from(text))
  return itemsOf(body).map((item) => {
    const { status = 'firing', startsAt = new Date().toISOString(), ...raw } = rawAlert(item)
    return slimAlert({ ...raw, status, startsAt }, DELIVERY)
  })
}

function itemsOf(body: Json): readonly Json[] {
  if (Array.isArray(body)) return body
  return isMap(body) && Array.isArray(body['alerts']) ? body['alerts'] : [body]
}
