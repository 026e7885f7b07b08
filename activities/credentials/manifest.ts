import type { ActionManifest } from '../../src/plan/manifest.ts'
import { bool, object, target, text } from '../wrapping/schema-words.ts'

const of = target('the node or service whose credentials they are')

export const credentialsCheck: ActionManifest = {
  name: 'credentials.check',
  summary: 'Look whether credentials are still valid',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: object({ target: of }),
  output: object({
    target: text('name in the inventory'),
    valid: bool('they are accepted'),
    expires_at: text('RFC 3339, "" where they do not expire'),
  }),
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const credentialsRotate: ActionManifest = {
  name: 'credentials.rotate',
  summary: 'Replace credentials by new ones',
  effect: 'change',
  idempotency: 'no',
  undo: 'impossible',
  input: object({ target: of }),
  output: object({ target: text('name in the inventory'), version: text('name of the new version, never its value') }),
  timeoutMs: 60_000,
  heartbeatMs: 3_000,
  targets: ['target'],
}

export const credentialsManifests: readonly ActionManifest[] = [credentialsCheck, credentialsRotate]
