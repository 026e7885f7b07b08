import type { ActionManifest } from '../../src/plan/manifest.ts'
import { list, object, target, text } from '../wrapping/schema-words.ts'

const of = target('the node or service it is of')
const snapshot = object({ id: text('its id'), taken_at: text('RFC 3339') })

export const snapshotList: ActionManifest = {
  name: 'snapshot.list',
  summary: 'List the snapshots of a target',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: object({ target: of }),
  output: object({ target: text('name in the inventory'), snapshots: list(snapshot, 'newest first') }),
  timeoutMs: 30_000,
  heartbeatMs: 3_000,
  targets: ['target'],
}

export const snapshotCreate: ActionManifest = {
  name: 'snapshot.create',
  summary: 'Take a snapshot',
  effect: 'change',
  idempotency: 'check',
  undo: 'nothing',
  input: object({ target: of }),
  output: object({ target: text('name in the inventory'), id: text('id of the snapshot') }),
  timeoutMs: 600_000,
  heartbeatMs: 5_000,
  targets: ['target'],
}

export const snapshotRestore: ActionManifest = {
  name: 'snapshot.restore',
  summary: 'Replace data by a snapshot',
  effect: 'destroy',
  idempotency: 'check',
  undo: 'impossible',
  input: object({ target: of, id: text('id of the snapshot', { pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }) }),
  output: object({ target: text('name in the inventory'), id: text('id of the snapshot') }),
  timeoutMs: 600_000,
  heartbeatMs: 5_000,
  targets: ['target'],
}

export const snapshotManifests: readonly ActionManifest[] = [snapshotList, snapshotCreate, snapshotRestore]
