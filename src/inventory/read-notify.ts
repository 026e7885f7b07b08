// `notify` of an inventory whose shape was judged → NotifySettings.
import type { MapTree } from '../compile/1-read/tree.ts'
import { fieldsOf, type Fields } from '../compile/2-shape/fields.ts'
import {
  DEFAULT_NOTIFY,
  DEFAULT_QUIET_BELOW,
  SMTP_SECURITY,
  type ChannelSpec,
  type Contact,
  type NotifyLevel,
  type NotifySettings,
  type QuietHours,
} from './notify-settings.ts'

const SUBMISSION_PORT = 587
const TLS_PORT = 465

export function notifyFrom(fields: Fields): NotifySettings {
  return {
    channels: mapsIn(fields, 'channels').flatMap(channelFrom),
    people: mapsIn(fields, 'people').map((person) => ({
      name: person.text('name') ?? '',
      contacts: contactsOf(person),
    })),
    levels: mapsIn(fields, 'levels').map(levelFrom),
    repeatMs: millis(fields, 'repeat') ?? DEFAULT_NOTIFY.repeatMs,
    repeats: fields.number('repeats') ?? DEFAULT_NOTIFY.repeats,
    updateMs: millis(fields, 'update') ?? DEFAULT_NOTIFY.updateMs,
    quietHours: quietHoursFrom(fields.inside('quietHours')),
  }
}

export const contactsOf = (fields: Fields): readonly Contact[] =>
  mapsIn(fields, 'contacts').map((contact) => ({ channel: contact.text('channel') ?? '', to: contact.text('to') }))

/** One whole channel: where a key is missing, check-notify has said so. */
function channelFrom(fields: Fields): readonly ChannelSpec[] {
  const text = (key: string): string => fields.text(key) ?? ''
  const name = text('name')
  switch (fields.choice('kind', ['webhook', 'smtp', 'slack'])) {
    case 'webhook':
      return [{ kind: 'webhook', name, url: text('url'), secret: fields.text('secret') }]
    case 'slack':
      return [{ kind: 'slack', name, token: text('token'), api: fields.text('api'), to: text('to') }]
    case 'smtp': {
      const security = fields.choice('security', SMTP_SECURITY) ?? 'starttls'
      const port = fields.number('port') ?? (security === 'tls' ? TLS_PORT : SUBMISSION_PORT)
      const login = { user: fields.text('user'), password: fields.text('password') }
      return [{ kind: 'smtp', name, host: text('host'), port, security, ...login, from: text('from'), to: text('to') }]
    }
    case null:
      return []
  }
}

const levelFrom = (fields: Fields): NotifyLevel => ({ afterMs: millis(fields, 'after') ?? 0, to: fields.texts('to') })

const quietHoursFrom = (fields: Fields | null): QuietHours | null =>
  fields === null
    ? null
    : {
        fromMinute: minuteOf(fields.text('from') ?? ''),
        toMinute: minuteOf(fields.text('to') ?? ''),
        zone: fields.text('zone') ?? 'UTC',
        below: fields.choice('below', ['low', 'medium', 'high', 'critical']) ?? DEFAULT_QUIET_BELOW,
        channel: fields.text('channel'),
      }

function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

const millis = (fields: Fields, key: string): number | null => fields.number(key) ?? fields.ms(key) ?? null

function mapsIn(fields: Fields, key: string): readonly Fields[] {
  const list = fields.tree(key)
  if (list?.kind !== 'list') return []
  return list.items.filter((item): item is MapTree => item.kind === 'map').map((item) => fieldsOf(item, fields.report))
}
