// A list of alerts, one by one: what cannot be read is put aside with its body, and the rest go on.
import type { Alert } from '../guard/protocol.ts'
import type { Json } from '../plan/json.ts'
import { BodyError, type Poison } from './sender.ts'
import { isMap, slimAlert, type RawAlert } from './slim-alert.ts'

/** More in one delivery is no delivery of alerts. */
export const MOST_ALERTS = 20_000

/** Reads each item by `toRaw`. Fails: BodyError, where there are too many. */
export function readList(
  items: readonly Json[],
  toRaw: (item: Json) => RawAlert,
  delivery: string,
): { readonly alerts: readonly Alert[]; readonly poison: readonly Poison[] } {
  if (items.length > MOST_ALERTS) throw new BodyError(`it has ${items.length} alerts, the limit is ${MOST_ALERTS}`)
  const alerts: Alert[] = []
  const poison: Poison[] = []
  items.forEach((item, index) => {
    try {
      alerts.push(slimAlert(toRaw(item), delivery))
    } catch (error) {
      poison.push({ index, why: error instanceof Error ? error.message : String(error), body: item })
    }
  })
  return { alerts, poison }
}

/** An alert in Alertmanager's own words; Grafana speaks them too. */
export function rawAlert(item: Json): RawAlert {
  const own = isMap(item) ? item : {}
  const { status, labels, annotations, startsAt, fingerprint } = own
  return { status, labels, annotations, startsAt, fingerprint }
}
