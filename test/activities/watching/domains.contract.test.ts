import { describe, expect, test } from 'vitest'
import { match } from '../../../activities/watching/match.ts'
import type { WatchingDeps } from '../../../activities/watching/create-watching.ts'
import { resolveDomains } from '../../../activities/watching/resolve-domains.ts'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Cluster, Node } from '../../../src/inventory/inventory.ts'
import { GUARD, planOf } from '../../guard/cases.ts'

const node = (name: string, zone: string | null, controlPlane = false, address = 'http://127.0.0.1:1'): Node => ({
  name,
  address,
  zone,
  aliases: [],
  spare: false,
  ...(controlPlane ? { controlPlane } : {}),
})
const clusterOf = (...nodes: readonly Node[]): Cluster =>
  ({
    name: 'lab',
    nodes,
    services: [],
    heartbeat: { kind: 'http', path: '/api/v1/health', intervalMs: 1_000, timeoutMs: 800 },
    guard: { runsInFlight: 5, startsPerMinute: 10, override: null },
  }) as unknown as Cluster
const lab = clusterOf(node('a', 'east', true), node('b', 'east'), node('c', 'west', true), node('d', null))
const spread = { ...GUARD, keepPerZone: { count: 1, ratio: null } }

describe('the domains a run touches', () => {
  test('are its zones with all their nodes, where its guard keeps something of each', () => {
    expect(resolveDomains(spread, ['b'], 'b', lab)).toEqual({ zones: [{ zone: 'east', nodes: ['a', 'b'] }] })
    expect(resolveDomains(spread, ['*'], 'lab', lab).zones?.map(({ zone }) => zone)).toEqual(['east', 'west'])
    expect(resolveDomains(spread, ['d'], 'd', lab)).toEqual({ zones: [] })
  })
  test('are the whole control plane, where it touches one node of it, with or without a lock', () => {
    expect(resolveDomains(GUARD, ['a'], 'a', lab)).toEqual({ controlPlane: ['a', 'c'] })
    expect(resolveDomains(GUARD, [], 'c', lab)).toEqual({ controlPlane: ['a', 'c'] })
    expect(resolveDomains(GUARD, ['b'], 'b', lab)).toEqual({})
  })
})

describe('matching what was held', () => {
  const bind = { node: { cel: 'target.name' } }
  const plan = {
    ...planOf('r', { keepPerZone: { count: 1, ratio: null } }),
    triggers: [{ kind: 'verdict' as const, verdict: 'suspect' as const, when: null, bind }],
  }
  const inputs = [
    { name: 'node', type: 'node' as const, summary: null, required: true, default: null, schema: { type: 'string' } },
  ]
  const depsOf = (cluster: Cluster) =>
    ({
      inventory: () => ({ version: 1, clusters: [cluster], groups: [], acceptance: false }),
      runbooks: () => [{ plan: { ...plan, inputs }, planHash: 'h' }],
    }) as unknown as WatchingDeps
  const trigger = { kind: 'verdict', target: 'b', verdict: 'failed', phi: 9, at: 1, evidence: '' } as const

  test('probes the target again, and says that it is well; the candidate carries its zones', async () => {
    const server = createServer((_, response) => response.end('{"status":"healthy","node":"b"}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const well = clusterOf(node('a', 'east'), node('b', 'east', false, address))
    try {
      const report = await match({ cluster: 'lab', trigger, probe: true }, depsOf(well))
      expect(report.gone).toMatch(/^1 of 1 probes answered, in \d+ ms$/)
      expect(report.candidates[0]?.zones).toEqual([{ zone: 'east', nodes: ['a', 'b'] }])
      expect(await match({ cluster: 'lab', trigger }, depsOf(well))).not.toHaveProperty('gone')
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
  test('says nothing of a target that is still ill, or that nobody can reach', async () => {
    expect(await match({ cluster: 'lab', trigger, probe: true }, depsOf(lab))).not.toHaveProperty('gone')
  })
})
