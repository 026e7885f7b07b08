// intake.yaml as a JSON Schema. What each part means: src/intake/intake-settings.ts.
import type { JsonSchema } from '../plan/manifest.ts'
import { closed, TEXT, TEXTS } from './literals.ts'

const SECRET: JsonSchema = {
  type: 'string',
  pattern: '^secret://(env|file)/[A-Za-z0-9_][A-Za-z0-9_./-]*$',
  'x-says': 'a reference such as `secret://file/alertmanager` or `secret://env/HOOK_SECRET`',
}
/** Two while a secret is being changed: senders go over one by one. */
const SECRETS: JsonSchema = {
  type: ['string', 'array'],
  pattern: SECRET['pattern'] as string,
  minItems: 1,
  maxItems: 2,
  items: SECRET,
  'x-says': 'one reference to a secret, or two',
}
const PATHS: JsonSchema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: TEXT,
  'x-says': 'a map of names and paths',
}
const MAPPING: JsonSchema = closed(
  {
    alerts: TEXT,
    status: TEXT,
    firing: TEXTS,
    startsAt: TEXT,
    fingerprint: TEXT,
    labels: PATHS,
    annotations: PATHS,
  },
  ['status', 'firing', 'startsAt', 'labels'],
)
const HEADER: JsonSchema = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9-]{0,63}$', 'x-says': 'the name of a header' }
const URL_TEXT: JsonSchema = {
  type: 'string',
  pattern: '^https?://[^\\s]+$',
  'x-says': 'an address such as `http://127.0.0.1:9093`',
}

export const INTAKE: JsonSchema = closed({
  alertmanager: closed({ secret: SECRETS, api: URL_TEXT }, ['secret']),
  grafana: closed({ secret: SECRETS, timestampHeader: HEADER }, ['secret']),
  pagerduty: closed({ secret: SECRETS }, ['secret']),
  generic: closed({ secret: SECRETS, mapping: MAPPING }, ['secret']),
})
