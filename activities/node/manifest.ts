import type { ActionManifest } from '../../src/plan/manifest.ts'
import { bool, durationMs, int, number, object, target, text } from '../wrapping/schema-words.ts'

const DESIRED = ['serving', 'failed', 'drained', 'stopped', 'spare']

export const nodeProbe: ActionManifest = {
  name: 'node.probe',
  summary: 'Look whether a node is healthy',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: object(
    { node: target('the node to look at') },
    {
      samples: int('direct probes to take; healthy means that every one was', { minimum: 1, maximum: 20, default: 1 }),
      every: durationMs('pause between two samples', { maximum: 60_000, default: 500 }),
      window: durationMs('how far back its real requests are counted', {
        minimum: 500,
        maximum: 60_000,
        default: 3000,
      }),
      max_error_rate: number('a larger share of failed real requests is not healthy', {
        minimum: 0,
        maximum: 1,
        default: 0.2,
      }),
    },
  ),
  output: object(
    {
      node: text('name in the inventory'),
      healthy: bool('every sample answered healthy, and its real requests succeed'),
      up: bool('at least one sample was answered'),
      reason: text('why it is not healthy, "" where it is'),
      samples: int('direct probes taken'),
      answered: int('direct probes that were answered healthy'),
    },
    {
      latency_ms: number('median of the direct probes that were answered'),
      error_rate: number('share of its real requests that failed, 0–1; missing where it had none'),
      requests: int('real requests that the balancer sent it in the window'),
      leader: bool('it claims to be the leader'),
      term: int('the term it tells'),
      cpu: number('share in use, 0–1'),
      memory: number('share in use, 0–1'),
      disk: number('share in use, 0–1'),
    },
  ),
  timeoutMs: 30_000,
  heartbeatMs: 2_000,
  targets: ['node'],
}

export const nodeMark: ActionManifest = {
  name: 'node.mark',
  summary: 'Say what a node is meant to be',
  effect: 'change',
  idempotency: 'yes',
  undo: { action: 'node.mark', with: { node: 'output.node', state: 'output.before', why: '"undo"' } },
  input: object(
    {
      node: target('the node to mark'),
      state: text('only serving nodes are healed and counted', { enum: DESIRED }),
    },
    { why: text('for the person who reads it later', { maxLength: 500 }) },
  ),
  output: object({
    node: text('name in the inventory'),
    state: text('what it is meant to be now', { enum: DESIRED }),
    before: text('what it was meant to be before', { enum: DESIRED }),
  }),
  timeoutMs: 10_000,
  heartbeatMs: 2_000,
  targets: ['node'],
}

export const nodeManifests: readonly ActionManifest[] = [nodeProbe, nodeMark]
