// Alerts that Alertmanager left out of a notification (`max_alerts`): read from its own API, by what the group has in
// common. The address comes from the settings alone; what a body says about where its sender lives is not believed.
import { episodeOf, type Alert } from '../guard/protocol.ts'
import type { Json } from '../plan/json.ts'
import { LARGEST_BODY_BYTES } from './read-body.ts'
import { readList } from './read-list.ts'
import { isMap } from './slim-alert.ts'

const WITHIN_MS = 1_000

/** Answers what the group has beyond the alerts that are known; null where it could not be asked. */
export async function readBack(
  api: string,
  groupLabels: Readonly<Record<string, string>>,
  known: readonly Alert[],
  delivery: string,
): Promise<readonly Alert[] | null> {
  const url = new URL('api/v2/alerts', api.endsWith('/') ? api : `${api}/`)
  for (const [name, value] of Object.entries(groupLabels))
    url.searchParams.append('filter', `${name}=${JSON.stringify(value)}`)
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS), redirect: 'error' })
    const text = await response.text()
    if (!response.ok || text.length > LARGEST_BODY_BYTES) return null
    const items = JSON.parse(text) as Json
    if (!Array.isArray(items)) return null
    const { alerts } = readList(items, (item) => ({ ...fields(item), status: 'firing' }), delivery)
    const had = new Set(known.map(episodeOf))
    return alerts.filter((alert) => !had.has(episodeOf(alert)))
  } catch {
    return null
  }
}

function fields(item: Json) {
  const { labels, annotations, startsAt, fingerprint } = isMap(item) ? item : {}
  return { labels, annotations, startsAt, fingerprint }
}
