import type { ActionManifest } from '../../src/plan/manifest.ts'
import { anyObject, list, object, target, targets, text } from '../wrapping/schema-words.ts'

const config = (extra = {}) =>
  object({ node: text('name in the inventory'), values: anyObject('the configuration') }, extra)
const configs = (description: string) =>
  list(config({ version: { description: "the node's own version of it" } }), description, { maxItems: 1000 })

export const configGet: ActionManifest = {
  name: 'config.get',
  summary: 'Read the configuration of a node or service',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: object({ target: target('a node, or a service: then all of its members that are not spares') }),
  output: object({ target: text('what was asked for'), nodes: configs('each of them') }),
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

const changed = object({
  target: text('what was asked for'),
  changed: targets('nodes whose configuration is another now'),
  before: configs('what these nodes had before'),
  after: configs('what they have now, read back'),
})
const rollback = { action: 'config.rollback', with: { target: 'output.target', to: 'output.before' } }

export const configApply: ActionManifest = {
  name: 'config.apply',
  summary: 'Apply a configuration',
  effect: 'change',
  idempotency: 'check',
  undo: rollback,
  input: object({
    target: target('a node, or a service: then all of its members that are not spares'),
    values: anyObject('the whole new configuration'),
  }),
  output: changed,
  timeoutMs: 30_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const configRollback: ActionManifest = {
  name: 'config.rollback',
  summary: 'Go back to the last known good configuration',
  effect: 'change',
  idempotency: 'check',
  undo: rollback,
  input: object(
    { target: target('a node, or a service: then all of its members that are not spares') },
    { to: configs('exactly these; by default what the last config.apply replaced') },
  ),
  output: changed,
  timeoutMs: 30_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const configManifests: readonly ActionManifest[] = [configGet, configApply, configRollback]
