// Labels come from closed lists: whatever happens, the number of series does not grow with it.
import { expect, test } from 'vitest'
import { createMetrics, type Metrics } from '../../src/telemetry/create-metrics.ts'
import { createRefresh } from '../../src/telemetry/refresh-metrics.ts'
import {
  createFakeEngine,
  createFakeJournal,
  createWorld,
  fakeCheckpoint,
  fakeDecision,
  fakeSummary,
  NOW,
} from '../cli/fakes.ts'

const nodes = new Map([['lab', new Set(['node-1', 'node-2', 'node-6'])]])
const seriesOf = async (metrics: Metrics): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

test('ten thousand decisions with words of their own add a handful of series', async () => {
  const metrics = createMetrics({ nodes: () => nodes })
  for (let index = 0; index < 10_000; index++) {
    metrics.decided({ id: `d${index}`, kind: 'refused', reason: `made-up-${index}`, cluster: `cluster-${index}` })
    metrics.seen('lab', `node-${index + 100}`, 'failed', 9)
    metrics.ended(`run-${index}`, `cluster-${index}`, 'failed')
  }
  const series = await seriesOf(metrics)
  expect(series.length).toBeLessThan(8)
  expect(series).toContain('phix_decisions_total{cluster="other",kind="refused",reason="other"} 10000')
})

test('a decision and an end are counted once, however often they are told', async () => {
  const metrics = createMetrics({ nodes: () => nodes })
  for (let time = 0; time < 3; time++) {
    metrics.decided(fakeDecision)
    metrics.ended('run', 'lab', 'effective')
  }
  const series = await seriesOf(metrics)
  expect(series).toContain('phix_decisions_total{cluster="lab",kind="started",reason="free"} 1')
  expect(series).toContain('phix_runs_total{cluster="lab",outcome="effective"} 1')
})

test('a node has exactly one verdict, and no φ where none is known', async () => {
  const metrics = createMetrics({ nodes: () => nodes })
  metrics.seen('lab', 'node-1', 'healthy', 0.3)
  metrics.seen('lab', 'node-1', 'unknown', null)
  const series = await seriesOf(metrics)
  expect(series.filter((line) => line.startsWith('phix_node_verdict') && line.endsWith(' 1'))).toEqual([
    'phix_node_verdict{cluster="lab",node="node-1",verdict="unknown"} 1',
  ])
  expect(series.some((line) => line.startsWith('phix_node_phi'))).toBe(false)
})

test('reading brings everything up to date, and counts nothing from before this process', async () => {
  const world = createWorld()
  let now = NOW
  const metrics: Metrics = createMetrics({ nodes: () => nodes, beforeText: () => refresh() })
  const refresh = createRefresh(() => metrics, {
    inventory: () => world.inventory,
    engine: createFakeEngine(world),
    journal: createFakeJournal(world),
    checkpoints: async () => [fakeCheckpoint],
    now: () => now,
  })
  const before = await seriesOf(metrics)
  expect(before).toContain('phix_engine_up 1')
  expect(before).toContain('phix_node_phi{cluster="lab",node="node-2"} 9.1')
  expect(before).toContain('phix_runs_open{cluster="lab"} 1')
  expect(before).toContain('phix_detector_age_seconds{cluster="lab"} 0.4')
  expect(before.some((line) => line.startsWith('phix_decisions_total'))).toBe(false)
  now = NOW + 60_000
  world.records = [
    {
      id: 'd2',
      kind: 'decision',
      at: NOW + 1_000,
      cluster: 'lab',
      target: 'node-2',
      workflowId: null,
      body: { ...fakeDecision, id: 'd2', at: NOW + 1_000 } as never,
    },
  ]
  world.runs = [{ ...fakeSummary, status: 'completed', outcome: 'effective', closedAt: NOW + 2_000 }]
  const after = await seriesOf(metrics)
  expect(after).toContain('phix_decisions_total{cluster="lab",kind="started",reason="free"} 1')
  expect(after).toContain('phix_runs_total{cluster="lab",outcome="effective"} 1')
  expect(after).toContain('phix_runs_open{cluster="lab"} 0')
})

test('while the engine is away no node is told as healthy', async () => {
  const world = createWorld()
  world.health = { server: null, workers: 0, problem: 'away' }
  const metrics: Metrics = createMetrics({ nodes: () => nodes, beforeText: () => refresh() })
  const refresh = createRefresh(() => metrics, {
    inventory: () => world.inventory,
    engine: createFakeEngine(world),
    journal: createFakeJournal(world),
    checkpoints: async () => [],
    now: () => NOW,
  })
  const series = await seriesOf(metrics)
  expect(series).toContain('phix_engine_up 0')
  expect(series).toContain('phix_node_verdict{cluster="lab",node="node-1",verdict="unknown"} 1')
})

test('names and help follow the exposition’s rules', async () => {
  const text = await createMetrics({ nodes: () => nodes }).text()
  const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({ name, type }))
  expect(names.length).toBeGreaterThan(7)
  for (const { name, type } of names) {
    expect(name).toMatch(/^phix_[a-z_]+$/)
    expect(name?.endsWith('_total')).toBe(type === 'counter')
  }
})

test('deliveries are counted by sender and outcome, their alerts by what became of them', async () => {
  const metrics = createMetrics({ nodes: () => nodes })
  for (let index = 0; index < 1_000; index++) metrics.deliveries.delivered('alertmanager', 'signalled')
  metrics.deliveries.alerts('alertmanager', 'lost', 97)
  metrics.spooled(3)
  const series = await seriesOf(metrics)
  expect(series).toContain('phix_deliveries_total{sender="alertmanager",outcome="signalled"} 1000')
  expect(series).toContain('phix_delivered_alerts_total{sender="alertmanager",result="lost"} 97')
  expect(series).toContain('phix_spool_depth 3')
})
