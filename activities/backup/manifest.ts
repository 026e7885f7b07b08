import type { ActionManifest } from '../../src/plan/manifest.ts'
import { bool, object, target, text } from '../wrapping/schema-words.ts'

const of = target('the node or service it is of')
const id = text('id of the backup', { pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' })

export const backupCreate: ActionManifest = {
  name: 'backup.create',
  summary: 'Make a backup',
  effect: 'change',
  idempotency: 'check',
  undo: 'nothing',
  input: object({ target: of }),
  output: object({ target: text('name in the inventory'), id: text('id of the backup') }),
  timeoutMs: 1_800_000,
  heartbeatMs: 5_000,
  targets: ['target'],
}

export const backupVerify: ActionManifest = {
  name: 'backup.verify',
  summary: 'Check that a backup can be restored',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: object({ target: of, id }),
  output: object({
    target: text('name in the inventory'),
    id: text('id of the backup'),
    usable: bool('it is whole and can be read'),
  }),
  timeoutMs: 600_000,
  heartbeatMs: 5_000,
  targets: ['target'],
}

export const backupRestore: ActionManifest = {
  name: 'backup.restore',
  summary: 'Replace data by a backup',
  effect: 'destroy',
  idempotency: 'check',
  undo: 'impossible',
  input: object({ target: of, id }),
  output: object({ target: text('name in the inventory'), id: text('id of the backup') }),
  timeoutMs: 1_800_000,
  heartbeatMs: 5_000,
  targets: ['target'],
}

export const backupManifests: readonly ActionManifest[] = [backupCreate, backupVerify, backupRestore]
