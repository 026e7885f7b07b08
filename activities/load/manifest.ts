import type { ActionManifest } from '../../src/plan/manifest.ts'
import { list, object, target, targets, text } from '../wrapping/schema-words.ts'

const output = object({
  node: text('name in the inventory'),
  service: text('the service whose balancer was told'),
  changed: targets('backends that this step changed'),
  backends: list(object({ name: text('backend'), state: text('in or out') }), 'all backends, read back afterwards'),
})
const only = { only: targets('change only these backends; an empty list changes none') }

export const loadRebalance: ActionManifest = {
  name: 'load.rebalance',
  summary: 'Move load away from a node',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'load.restore', with: { node: 'output.node', only: 'output.changed' } },
  input: object({ away_from: target('the node that shall get no more requests') }, only),
  output,
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: ['away_from'],
}

export const loadRestore: ActionManifest = {
  name: 'load.restore',
  summary: 'Send load to a node again',
  effect: 'change',
  idempotency: 'check',
  undo: { action: 'load.rebalance', with: { away_from: 'output.node', only: 'output.changed' } },
  input: object({ node: target('the node that shall get requests again') }, only),
  output,
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: ['node'],
}

export const loadManifests: readonly ActionManifest[] = [loadRebalance, loadRestore]
