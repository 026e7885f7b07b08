// The inventory's `notify` as a JSON Schema: through which channels people are reached, when, and how often. What each part
// means: src/inventory/notify-settings.ts. Which keys a kind of channel takes: src/inventory/check-notify.ts.
import { DEFAULT_NOTIFY, DEFAULT_QUIET_BELOW, SMTP_SECURITY } from '../inventory/notify-settings.ts'
import type { JsonSchema } from '../plan/manifest.ts'
import { closed, count, DURATION_PATTERN, oneOf, TEXT, TEXTS } from './literals.ts'

const CHANNEL_NAME: JsonSchema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]{0,39}$',
  'x-says': 'a name in kebab-case, such as `ops-chat`',
}
/** By reference only: an inventory is read by many and kept in version control. */
export const SECRET: JsonSchema = {
  type: 'string',
  pattern: '^secret://(env|file)/[A-Za-z0-9_][A-Za-z0-9_./-]*$',
  'x-says': 'a reference such as `secret://file/slack` or `secret://env/SLACK_TOKEN`',
}
const URL_TEXT: JsonSchema = {
  type: 'string',
  pattern: '^https?://[^\\s/?#@]+(/[^\\s#]*)?$',
  'x-says': 'an address such as `https://pager.example.org/hook`',
}
export const MAIL_PATTERN = '^[^\\s@<>,;:"()\\[\\]\\\\]+@[A-Za-z0-9.-]+$'
const MAIL: JsonSchema = { type: 'string', pattern: MAIL_PATTERN, 'x-says': 'an address such as `ada@example.org`' }
const CLOCK: JsonSchema = {
  type: 'string',
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  'x-says': 'a time of day in quotes, such as `"22:00"`',
}
const ms = (minimum: number, maximum: number): JsonSchema => ({
  type: ['integer', 'string'],
  minimum,
  maximum,
  pattern: DURATION_PATTERN,
  'x-says': `a duration such as \`5m\`, or whole milliseconds from ${minimum} to ${maximum}`,
})
const optional = (schema: JsonSchema, fallback: JsonSchema[string], description: string): JsonSchema => ({
  ...schema,
  default: fallback,
  description,
})
const orNull = (schema: JsonSchema): JsonSchema => ({ ...schema, type: [schema['type'] ?? 'object', 'null'].flat() })

/** How a person, or a group as a whole, is reached by one channel. */
export const CONTACTS: JsonSchema = {
  type: 'array',
  items: closed(
    {
      channel: CHANNEL_NAME,
      to: optional(
        orNull(TEXT),
        null,
        'A mail address, or the id of a person or channel in Slack. Without it the channel’s own `to` is used.',
      ),
    },
    ['channel'],
  ),
  'x-says': 'a list of contacts',
}

export const CHANNEL: JsonSchema = closed(
  {
    name: CHANNEL_NAME,
    kind: oneOf('webhook', 'smtp', 'slack'),
    url: optional(
      orNull({ ...URL_TEXT, pattern: `(${URL_TEXT['pattern'] as string})|(${SECRET['pattern'] as string})` }),
      null,
      '`webhook`: where the message is posted; a reference, where whoever knows the address may post there.',
    ),
    secret: optional(orNull(SECRET), null, '`webhook`: its HMAC key. Without it the receiver cannot tell who wrote.'),
    host: optional(orNull(TEXT), null, '`smtp`: the mail server.'),
    port: optional(
      orNull(count(1, 65_535)),
      null,
      '`smtp`: 587, or 465 with `security: tls`, where nothing is written.',
    ),
    security: optional(
      oneOf(...SMTP_SECURITY),
      'starttls',
      '`smtp`: `starttls`, `tls`, or `none` in a network that is trusted. Too weak: anybody on the way reads and writes.',
    ),
    user: optional(orNull(TEXT), null, '`smtp`: who logs in. Without it nobody does.'),
    password: optional(orNull(SECRET), null, '`smtp`: the password of `user`.'),
    from: optional(orNull(MAIL), null, '`smtp`: the sender.'),
    token: optional(orNull(SECRET), null, '`slack`: the token of the app; it needs `chat:write`.'),
    api: optional(orNull(URL_TEXT), null, '`slack`: another base URL of the API, such as a proxy.'),
    to: optional(
      orNull(TEXT),
      null,
      'Who is reached where no contact says it: also when a page would reach nobody. A webhook has its `url`.',
    ),
  },
  ['name', 'kind'],
)

const LEVEL: JsonSchema = closed(
  {
    after: optional(
      ms(0, 604_800_000),
      0,
      'How long after the first page. Too low: everybody is called for what one would do. Too high: it stays undone.',
    ),
    to: TEXTS,
  },
  ['to'],
)

export const QUIET_HOURS: JsonSchema = closed(
  {
    from: CLOCK,
    to: CLOCK,
    zone: { type: 'string', minLength: 1, 'x-says': 'a time zone such as `Europe/Berlin`' },
    below: optional(
      oneOf('low', 'medium', 'high', 'critical'),
      DEFAULT_QUIET_BELOW,
      'What is less severe than this is quiet; `critical` never is. Too low: people are woken for nothing.',
    ),
    channel: optional(
      orNull(CHANNEL_NAME),
      null,
      'Where it goes meanwhile. Without it it waits until the quiet hours are over.',
    ),
  },
  ['from', 'to', 'zone'],
)

export const NOTIFY: JsonSchema = closed({
  channels: optional(
    { type: 'array', items: CHANNEL, 'x-says': 'a list of channels' },
    [],
    'How people are reached. Without one a page is in the log and the journal, where nobody is woken by it.',
  ),
  people: optional(
    {
      type: 'array',
      items: closed({ name: TEXT, contacts: CONTACTS }, ['name', 'contacts']),
      'x-says': 'a list of people',
    },
    [],
    'How each is reached. Who is not in here is reached by the contacts of the group only.',
  ),
  levels: optional(
    { type: 'array', items: LEVEL, maxItems: 3, 'x-says': 'a list of at most three levels' },
    [],
    'Who is called, and who else when nobody acknowledges. The first stands in where a page names nobody.',
  ),
  repeat: optional(
    ms(0, 86_400_000),
    DEFAULT_NOTIFY.repeatMs,
    'People are called again until somebody is on it; 0: never. Too low: it drives them mad. Too high: a missed call stays missed.',
  ),
  repeats: optional(
    count(0, 100),
    DEFAULT_NOTIFY.repeats,
    'At most so many times. Too low: it gives up while all are asleep.',
  ),
  update: optional(
    ms(0, 86_400_000),
    DEFAULT_NOTIFY.updateMs,
    'Who was called hears how an open run stands; 0: never. Too low: nobody reads them.',
  ),
  quietHours: optional(orNull(QUIET_HOURS), null, 'When only what is severe enough wakes anybody.'),
})
