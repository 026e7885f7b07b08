// A cluster of three nodes and the two runbooks that the detector's tests start.
import type { Cluster } from '../../../src/inventory/inventory.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { planOf } from '../../guard/cases.ts'

const NODES = ['node-1', 'node-2', 'node-3'] as const

export const nodeOf = (name: string): Cluster['nodes'][number] => ({
  name,
  address: 'http://127.0.0.1:1',
  zone: null,
  aliases: [],
  spare: false,
})

export const clusterOf = (name: string, overrides: Partial<Cluster> = {}): Cluster => ({
  name,
  nodes: NODES.map(nodeOf),
  services: [],
  heartbeat: { kind: 'http', path: '/api/v1/health', intervalMs: 1_000, timeoutMs: 1_000 },
  detector: { model: 'gaussian-exact', windowSize: 200, minDeviationMs: 100, pauseMs: 0, suspectPhi: 8, failedPhi: 16 },
  guard: { runsInFlight: 50, startsPerMinute: 1_000, override: null },
  ...overrides,
})

const nodeInput = {
  name: 'node',
  type: 'node',
  summary: null,
  required: true,
  default: null,
  schema: { type: 'string' },
} as const
export const recovery: Plan = {
  ...planOf('single-node-recovery', { onBusy: 'refuse' }),
  inputs: [nodeInput],
  triggers: [
    { kind: 'verdict', verdict: 'suspect', when: null, bind: { node: { cel: 'target.name' } } },
    {
      ...{ kind: 'alert', labels: { alertname: 'NodeDown' }, when: null },
      bind: { node: { cel: 'alert.labels.instance' } },
    },
  ],
}
export const backAgain: Plan = {
  ...planOf('return-to-service'),
  inputs: [nodeInput],
  triggers: [{ kind: 'returned', when: null, bind: { node: { cel: 'target.name' } } }],
}
/** More than one start may carry. */
export const tooLarge: Plan = { ...planOf('too-large'), inputs: [nodeInput], summary: 'x'.repeat(1_100_000) }
