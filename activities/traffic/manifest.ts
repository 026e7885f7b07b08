import type { ActionManifest } from '../../src/plan/manifest.ts'
import { list, object, target, targets, text } from '../wrapping/schema-words.ts'

const input = object(
  { service: target('the service whose traffic it is') },
  { only: targets('change only these backends; an empty list changes none') },
)
const output = object({
  service: text('name in the inventory'),
  changed: targets('backends that this step changed'),
  backends: list(object({ name: text('backend'), state: text('in or out') }), 'all backends, read back afterwards'),
})

export const trafficOff: ActionManifest = {
  name: 'traffic.off',
  summary: 'Take all traffic off a service',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'traffic.on', with: { service: 'output.service', only: 'output.changed' } },
  input,
  output,
  timeoutMs: 30_000,
  heartbeatMs: 2_000,
  targets: ['service'],
}

export const trafficOn: ActionManifest = {
  name: 'traffic.on',
  summary: 'Let traffic reach a service again',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'traffic.off', with: { service: 'output.service', only: 'output.changed' } },
  input,
  output,
  timeoutMs: 30_000,
  heartbeatMs: 2_000,
  targets: ['service'],
}

export const trafficManifests: readonly ActionManifest[] = [trafficOff, trafficOn]
