import type { ActionManifest } from '../../src/plan/manifest.ts'
import { durationMs, int, object, text } from '../wrapping/schema-words.ts'

const url = text('http or https; private addresses only where the inventory or the settings allow the host', {
  minLength: 8,
  maxLength: 2048,
  pattern: '^https?://',
})
const headers = {
  type: 'object',
  maxProperties: 32,
  additionalProperties: { type: 'string', maxLength: 8192 },
  description: 'header fields; secrets as secret:// references',
}
const timeout = durationMs('limit of the whole exchange', { minimum: 1, maximum: 60_000, default: 10_000 })
const output = object(
  {
    status: int('HTTP status'),
    ok: { type: 'boolean', description: 'the status is 2xx' },
    url: text('address that answered, after redirects'),
    text: text('the body as text, cut at 32 KiB'),
    truncated: { type: 'boolean', description: 'the body was longer' },
  },
  { json: { description: 'the body, where it was JSON and whole' } },
)

export const httpGet: ActionManifest = {
  name: 'http.get',
  summary: 'Read an HTTP address',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: object({ url }, { headers, timeout }),
  output,
  timeoutMs: 60_000,
  heartbeatMs: 2_000,
  targets: [],
}

export const httpPost: ActionManifest = {
  name: 'http.post',
  summary: 'Send a request to an HTTP address',
  effect: 'change',
  idempotency: 'no',
  undo: 'impossible',
  input: object({ url }, { headers, timeout, body: { description: 'sent as JSON' } }),
  output,
  timeoutMs: 60_000,
  heartbeatMs: 2_000,
  targets: [],
}

export const httpManifests: readonly ActionManifest[] = [httpGet, httpPost]
