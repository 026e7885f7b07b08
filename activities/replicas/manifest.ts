import type { ActionManifest } from '../../src/plan/manifest.ts'
import { int, object, target, targets, text } from '../wrapping/schema-words.ts'

export const replicasScale: ActionManifest = {
  name: 'replicas.scale',
  summary: 'Add or remove replicas of a service',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'replicas.scale', with: { service: 'output.service', by: '-output.by', nodes: 'output.nodes' } },
  input: object(
    {
      service: target('the service to scale'),
      by: int('replicas to add, or below zero to remove', { minimum: -100, maximum: 100 }),
    },
    { nodes: targets('exactly these nodes; by default spares of the inventory in their order') },
  ),
  output: object({
    service: text('name in the inventory'),
    by: int('replicas added, below zero: removed'),
    nodes: targets('nodes that were added or removed'),
    replicas: int('backends in rotation afterwards'),
  }),
  timeoutMs: 120_000,
  heartbeatMs: 2_000,
  targets: ['service'],
}

export const replicasManifests: readonly ActionManifest[] = [replicasScale]
