import type { ActionManifest } from '../../src/plan/manifest.ts'
import { bool, int, list, object, target, text } from '../wrapping/schema-words.ts'

export const logsCollect: ActionManifest = {
  name: 'logs.collect',
  summary: 'Collect the last log lines',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: object(
    { target: target('a node, or a service: then all of its members that are not spares') },
    { lines: int('lines of each node, from the end', { minimum: 1, maximum: 1000, default: 100 }) },
  ),
  output: object({
    target: text('what was asked for'),
    nodes: list(
      object({
        node: text('name in the inventory'),
        lines: list(text('one line'), 'oldest first'),
        truncated: bool('there was more'),
      }),
      'each of them',
    ),
  }),
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const logsManifests: readonly ActionManifest[] = [logsCollect]
