// Labels come from closed lists: whatever happens, the number of series does not grow with it.
import { expect, test } from 'vitest'
import type { Gate } from '../../src/plan/run.ts'
import { OTHER, REASONS_OF, closeLabel, type KnownNames } from '../../src/telemetry/closed-labels.ts'
import { createMetrics, type Metrics } from '../../src/telemetry/create-metrics.ts'
import { METRICS, type MetricSpec } from '../../src/telemetry/metric-table.ts'
import { inTime } from '../../src/telemetry/in-time.ts'
import { createRefresh } from '../../src/telemetry/refresh-metrics.ts'
import {
  createFakeEngine,
  createFakeJournal,
  createWorld,
  fakeCheckpoint,
  fakeDecision,
  fakeState,
  fakeSummary,
  NOW,
  RUN_ID,
  type World,
} from '../cli/fakes.ts'
import { readGivenReasons } from '../guard/given-reasons.ts'

const known: KnownNames = {
  nodes: new Map([['lab', new Set(['node-1', 'node-2', 'node-6'])]]),
  targets: new Set(['lab', 'node-1', 'node-2', 'node-6']),
  runbooks: new Set(['single-node-recovery']),
  modes: new Set(['read-only']),
  actions: new Set(['service.restart']),
  channels: new Set(['mail']),
}
const names = (): KnownNames => known
const seriesOf = async (metrics: Metrics): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

interface Reading {
  readonly world: World
  readonly read: () => Promise<readonly string[]>
  readonly later: (ms: number) => void
}

/** The server's metrics over a world of fakes. */
function createReading(): Reading {
  const world = createWorld()
  let now = NOW
  const metrics: Metrics = createMetrics({ from: 'server', names, beforeText: () => refresh() })
  const refresh = createRefresh(() => metrics, {
    inventory: () => world.inventory,
    engine: createFakeEngine(world),
    journal: createFakeJournal(world),
    checkpoints: async () => (world.health.server === null ? [] : [fakeCheckpoint]),
    runbooks: () => known.runbooks,
    now: () => now,
  })
  return { world, read: () => seriesOf(metrics), later: (ms) => void (now += ms) }
}

const decisionRecord = (id: string, at: number, more: object = {}) => ({
  ...{ id, kind: 'decision' as const, at, cluster: 'lab', target: 'node-2', workflowId: RUN_ID },
  body: { ...fakeDecision, id, at, ...more } as never,
})

test('ten thousand inputs with words of their own add no series', async () => {
  const server = createMetrics({ from: 'server', names })
  const worker = createMetrics({ from: 'worker', names })
  const tell = (word: string): void => {
    for (const { name, kind, labels, from } of METRICS as readonly MetricSpec[]) {
      const metrics = from === 'server' ? server : worker
      const words = Object.fromEntries(labels.map((label) => [label, word])) as never
      if (kind === 'counter') metrics.add(name as never, words)
      if (kind === 'histogram') metrics.observe(name as never, words, 1)
      if (kind === 'gauge') metrics.replace(name as never, [{ labels: words, value: 1 }] as never)
    }
  }
  tell('first')
  const before = [...(await seriesOf(server)), ...(await seriesOf(worker))].length
  for (let index = 0; index < 10_000; index++) tell(`made-up-${index}\n"}`)
  expect([...(await seriesOf(server)), ...(await seriesOf(worker))]).toHaveLength(before)
})

test('every label has a list, and a word that is not on it is `other`', () => {
  for (const label of new Set((METRICS as readonly MetricSpec[]).flatMap(({ labels }) => labels)))
    for (const word of ['__proto__', 'constructor', '', 'a"b'])
      expect(closeLabel(label, word, known), `${label} ${word}`).toBe(OTHER)
})

test('every reason that a guard can give is on the list of its kind, and nothing else is', () => {
  const given = readGivenReasons().map(({ kind, reason }) => `${kind} ${reason}`)
  const listed = Object.entries(REASONS_OF).flatMap(([kind, reasons]) => reasons.map((reason) => `${kind} ${reason}`))
  // The activity `route` refuses what never reaches the guard.
  expect([...new Set([...given, 'refused unknown-target'])].toSorted()).toEqual(listed.toSorted())
})

test('reading brings everything up to date, and counts nothing from before this process', async () => {
  const { world, read, later } = createReading()
  const before = await read()
  expect(before).toContain('phix_engine_up 1')
  expect(before).toContain('phix_journal_up 1')
  expect(before).toContain('phix_node_phi{cluster="lab",node="node-2"} 9.1')
  expect(before).toContain('phix_runs_open{cluster="lab"} 1')
  expect(before).toContain('phix_run_oldest_seconds{cluster="lab"} 12')
  expect(before).toContain('phix_detector_age_seconds{cluster="lab"} 0.4')
  expect(before).toContain('phix_decisions_total{cluster="lab",kind="started",reason="free"} 0')
  later(60_000)
  world.records = [decisionRecord('d2', NOW + 1_000)]
  world.runs = [{ ...fakeSummary, status: 'completed', outcome: 'effective', closedAt: NOW + 2_000 }]
  for (let time = 0; time < 2; time++) {
    const after = await read()
    expect(after).toContain('phix_decisions_total{cluster="lab",kind="started",reason="free"} 1')
    expect(after).toContain('phix_triggers_total{cluster="lab",trigger="verdict"} 1')
    expect(after).toContain('phix_runs_total{cluster="lab",runbook="single-node-recovery",outcome="effective"} 1')
    expect(after).toContain('phix_runs_open{cluster="lab"} 0')
  }
})

test('a run that ended tells its recovery from the first trigger, its steps once each, and that the suspicion was right', async () => {
  const { world, read, later } = createReading()
  await read()
  later(60_000)
  const step = (event: string, attempt: number, ok?: boolean) => ({
    ...{ id: `k/${attempt}/${event}`, kind: 'step' as const, at: NOW + attempt, cluster: 'lab', target: 'node-2' },
    workflowId: RUN_ID,
    body: { event, action: 'service.restart', idempotencyKey: 'k', ...(ok !== undefined && { outcome: { ok } }) },
  })
  world.records = [
    decisionRecord('d2', NOW + 2_000, { trigger: { kind: 'verdict', at: NOW + 1_000 } }),
    ...[step('begun', 1), step('ended', 1, false), step('begun', 2), step('ended', 2, true)],
    {
      ...{ id: 'r', kind: 'run', at: NOW + 12_000, cluster: 'lab', target: 'node-2', workflowId: RUN_ID },
      body: {
        ...{ runbook: 'single-node-recovery', outcome: 'effective', status: 'COMPLETED', startedAt: NOW + 2_000 },
        result: { endedAt: NOW + 11_000 } as never,
      },
    },
  ]
  const series = await read()
  expect(series).toContain('phix_recovery_seconds_sum{cluster="lab",runbook="single-node-recovery"} 10')
  expect(series).toContain('phix_run_seconds_sum{cluster="lab",runbook="single-node-recovery"} 9')
  expect(series).toContain('phix_steps_total{cluster="lab",action="service.restart",status="completed"} 1')
  expect(series).toContain('phix_suspicions_total{cluster="lab",judged="right"} 1')
  expect(series.filter((line) => line.startsWith('phix_recoveries_total'))).toEqual([
    'phix_recoveries_total{cluster="lab",target="node-2",runbook="single-node-recovery",recovery="success"} 1',
  ])
})

test('a degraded mode is told until it is left', async () => {
  const { world, read } = createReading()
  const mark = (active: boolean, at: number) => ({
    ...{ id: `m${at}`, kind: 'mark' as const, at, cluster: 'lab', target: 'mode/read-only', workflowId: null },
    body: { mode: 'read-only', active, reason: '' },
  })
  world.records = [mark(true, NOW)]
  expect(await read()).toContain('phix_degraded_mode_active{cluster="lab",mode="read-only"} 1')
  world.records = [mark(false, NOW + 1), mark(true, NOW)]
  expect(await read()).toContain('phix_degraded_modes{cluster="lab"} 0')
})

test('a gate that waits is told with its age', async () => {
  const { world, read } = createReading()
  world.runs = [{ ...fakeSummary, waiting: true }]
  world.state = { ...fakeState, gates: [{ kind: 'approval', openedAt: NOW - 90_000 } as Gate] }
  const series = await read()
  expect(series).toContain('phix_gates_waiting{cluster="lab",gate="approval"} 1')
  expect(series).toContain('phix_gates_waiting{cluster="lab",gate="parked"} 0')
  expect(series).toContain('phix_gate_oldest_seconds{cluster="lab",gate="approval"} 90')
  // A run that waits for a person is not stuck.
  expect(series).toContain('phix_run_oldest_seconds{cluster="lab"} 0')
})

test('a node has exactly one verdict, and while the engine is away none is told as healthy', async () => {
  const { world, read } = createReading()
  world.health = { server: null, workers: 0, problem: 'away' }
  const series = await read()
  expect(series).toContain('phix_engine_up 0')
  expect(series.filter((line) => line.startsWith('phix_node_verdict') && line.endsWith(' 1'))).toEqual(
    ['node-1', 'node-2', 'node-6'].map((node) => `phix_node_verdict{cluster="lab",node="${node}",verdict="unknown"} 1`),
  )
  expect(series.some((line) => line.startsWith('phix_node_phi') || line.startsWith('phix_detector_age'))).toBe(false)
})

test('two who read at the same time cause one look', async () => {
  const { world, read } = createReading()
  let looks = 0
  Object.defineProperty(world, 'health', {
    get: () => {
      looks += 1
      return { server: 'x', workers: 1, problem: null }
    },
  })
  await Promise.all([read(), read(), read()])
  const once = looks
  await read()
  expect(looks).toBe(2 * once)
})

test('who does not answer in time is not waited for, and who fails is as if silent', async () => {
  expect(await inTime(new Promise<string>(() => undefined), 'late', 1)).toBe('late')
  expect(await inTime(Promise.reject(new Error('no')), 'failed')).toBe('failed')
  expect(await inTime(Promise.resolve('answer'), 'late')).toBe('answer')
})

test('deliveries are counted by sender and by what became of them, their alerts as many as there were', async () => {
  const metrics = createMetrics({ from: 'server', names })
  metrics.add('phix_deliveries_total', { sender: 'alertmanager', delivery: 'signalled' })
  metrics.add('phix_delivered_alerts_total', { sender: 'alertmanager', delivered: 'lost' }, 97)
  metrics.replace('phix_spool_depth', [{ labels: {}, value: 3 }])
  const series = await seriesOf(metrics)
  expect(series).toContain('phix_deliveries_total{sender="alertmanager",delivery="signalled"} 1')
  expect(series).toContain('phix_delivered_alerts_total{sender="alertmanager",delivered="lost"} 97')
  expect(series).toContain('phix_spool_depth 3')
})
