import type { ActionManifest } from '../../src/plan/manifest.ts'
import { bool, int, list, object, target, targets, text } from '../wrapping/schema-words.ts'

const input = object(
  { target: target('a node, or a service: then all of its members that are not spares') },
  { nodes: targets('only these of its nodes; an empty list means none') },
)

export const serviceStatus: ActionManifest = {
  name: 'service.status',
  summary: 'Look whether the processes of a service run',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input,
  output: object({
    target: text('what was asked for'),
    service: text('the service that controls it'),
    running: bool('all of them run'),
    nodes: list(object({ node: text('name'), running: bool('its process exists') }), 'each of them'),
  }),
  timeoutMs: 10_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

const changed = (what: string) =>
  object({
    target: text('what was asked for'),
    service: text('the service that controls it'),
    changed: targets(what),
    nodes: list(object({ node: text('name'), running: bool('its process exists') }), 'each of them, read afterwards'),
  })

export const serviceRestart: ActionManifest = {
  name: 'service.restart',
  summary: 'Restart a service',
  effect: 'change',
  idempotency: 'yes',
  undo: 'nothing',
  input,
  output: object({
    target: text('what was asked for'),
    service: text('the service that controls it'),
    changed: targets('nodes that were restarted'),
    forced: int('how many did not end when asked and were made to'),
    nodes: list(object({ node: text('name'), running: bool('its process exists') }), 'each of them, read afterwards'),
  }),
  timeoutMs: 60_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const serviceStop: ActionManifest = {
  name: 'service.stop',
  summary: 'Stop a service',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'service.start', with: { target: 'output.target', nodes: 'output.changed' } },
  input,
  output: changed('nodes that ran and were stopped'),
  timeoutMs: 60_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const serviceStart: ActionManifest = {
  name: 'service.start',
  summary: 'Start a service',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'service.stop', with: { target: 'output.target', nodes: 'output.changed' } },
  input,
  output: changed('nodes that did not run and were started'),
  timeoutMs: 60_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const serviceManifests: readonly ActionManifest[] = [serviceStatus, serviceRestart, serviceStop, serviceStart]
