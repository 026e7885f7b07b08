import type { ActionManifest } from '../../src/plan/manifest.ts'
import { bool, int, object, target, text } from '../wrapping/schema-words.ts'

const input = object(
  { service: target('the service whose queue it is') },
  { queue: text('name of the queue, where it has several', { pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$' }) },
)
const paused = object({
  service: text('name in the inventory'),
  changed: bool('this step changed it'),
  paused: bool('it hands out no work'),
})

export const queueStatus: ActionManifest = {
  name: 'queue.status',
  summary: 'Look how much work waits',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input,
  output: object({
    service: text('name in the inventory'),
    waiting: int('jobs that wait'),
    paused: bool('it hands out no work'),
  }),
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: ['service'],
}

export const queuePause: ActionManifest = {
  name: 'queue.pause',
  summary: 'Hand out no more work',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'queue.resume', with: { service: 'output.service' } },
  input,
  output: paused,
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: ['service'],
}

export const queueResume: ActionManifest = {
  name: 'queue.resume',
  summary: 'Hand out work again',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'queue.pause', with: { service: 'output.service' } },
  input,
  output: paused,
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: ['service'],
}

export const queuePurge: ActionManifest = {
  name: 'queue.purge',
  summary: 'Throw away all work that waits',
  effect: 'destroy',
  idempotency: 'check',
  undo: 'impossible',
  input,
  output: object({ service: text('name in the inventory'), purged: int('jobs thrown away') }),
  timeoutMs: 60_000,
  heartbeatMs: 3_000,
  targets: ['service'],
}

export const queueManifests: readonly ActionManifest[] = [queueStatus, queuePause, queueResume, queuePurge]
