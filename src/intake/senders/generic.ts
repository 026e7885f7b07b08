// Anything that can POST: a bearer token, or `X-Phix-Signature: t=<seconds>,v1=<hex>` over `<t>.<body>`; the body by a
// mapping, or in Alertmanager's words.
import type { Json } from '../../plan/json.ts'
import type { BodyMapping } from '../intake-settings.ts'
import { readList } from '../read-list.ts'
import { BodyError, type Sender } from '../sender.ts'
import { isFresh, isHmac, isSecret, secretIn } from '../signatures.ts'
import { isMap, type RawAlert } from '../slim-alert.ts'
import { readNotification } from './alertmanager.ts'

const SIGNATURE = 'x-phix-signature'
const DELIVERY = 'x-phix-delivery'

export const generic: Sender = {
  judgeHeaders(headers, { secrets }) {
    if (headers.has(SIGNATURE)) return 'body'
    return isSecret(secretIn(headers.get('authorization')) ?? '', secrets) ? 'known' : 'stranger'
  },
  isSigned(headers, body, { secrets }, nowMs) {
    const { timestamp, signatures } = signatureIn(headers)
    return isFresh(timestamp, nowMs) && isHmac(signatures, [timestamp, '.', body], secrets)
  },
  idOf(headers) {
    const named = headers.get(DELIVERY)
    if (named !== null && /^[\w.:-]{1,100}$/.test(named)) return named
    // The same signature again is the same delivery again.
    return signatureIn(headers).signatures[0] ?? null
  },
  read(body, { mapping }, delivery) {
    if (mapping === null) return readNotification(body, delivery)
    const items = mapping.alerts === null ? [body] : valueAt(body, mapping.alerts)
    if (!Array.isArray(items)) throw new BodyError(`it has no list \`${mapping.alerts}\``)
    return { ...readList(items, (item) => mapped(item, mapping), delivery), truncated: 0, groupLabels: {} }
  },
}

function signatureIn(headers: Headers): { readonly timestamp: string; readonly signatures: readonly string[] } {
  const parts = (headers.get(SIGNATURE) ?? '').split(',').map((part) => part.trim())
  const named = (name: string): readonly string[] =>
    parts.flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []))
  return { timestamp: named('t')[0] ?? '', signatures: named('v1').slice(0, 2) }
}

function mapped(item: Json, mapping: BodyMapping): RawAlert {
  const pick = (paths: Readonly<Record<string, string>>): Record<string, Json> =>
    Object.fromEntries(
      Object.entries(paths).flatMap(([name, path]) => {
        const value = valueAt(item, path)
        return value === undefined || value === null ? [] : [[name, value]]
      }),
    )
  const status = valueAt(item, mapping.status)
  return {
    status:
      status === undefined
        ? undefined
        : mapping.firing.includes(typeof status === 'string' ? status : JSON.stringify(status))
          ? 'firing'
          : 'resolved',
    labels: pick(mapping.labels),
    annotations: pick(mapping.annotations),
    startsAt: valueAt(item, mapping.startsAt),
    fingerprint: mapping.fingerprint === null ? undefined : valueAt(item, mapping.fingerprint),
  }
}

/** Follows a path of own names; undefined where it leads nowhere. */
function valueAt(value: Json, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>((at, name) => (isMap(at) && Object.hasOwn(at, name) ? at[name] : undefined), value)
}
