// The watch of conditions without Temporal, network or time: what is seen is a variable, the clock is turned by hand.
import { describe, expect, test } from 'vitest'
import type { KnownRunbook } from '../../../activities/watching/create-watching.ts'
import { createSymptomWatch, type Look } from '../../../activities/watching/symptoms/symptom-watch.ts'
import type { NodeSight, Survey } from '../../../activities/evidence/survey-cluster.ts'
import type {
  AdaptedSetting,
  DesiredState,
  ModeObservation,
  Observation,
  StandingMode,
  SymptomObservation,
} from '../../../src/guard/protocol.ts'
import { findTogether } from '../../../src/detection/correlation.ts'
import type { Cluster, Mode, Node } from '../../../src/inventory/inventory.ts'
import type { TriggerSpec } from '../../../src/plan/plan.ts'
import { planOf } from '../../guard/cases.ts'

const nodes = ['node-1', 'node-2', 'node-3'].map((name): Node => ({
  name,
  address: `http://${name}`,
  zone: null,
  aliases: [],
  spare: false,
}))
const cluster = { name: 'lab', nodes, services: [], heartbeat: { intervalMs: 1_000 } } as unknown as Cluster

const sight = (node: Node, change: Partial<NodeSight> = {}): NodeSight => ({
  node,
  probe: { answered: true, healthy: true, reason: '', latencyMs: 2 },
  membership: null,
  usage: { disk: 0.5 },
  configVersion: 1,
  errorRate: 0,
  requestMs: 10,
  ...change,
})

const condition = (that: string, over: 'target' | 'cluster', forMs: number): TriggerSpec => ({
  kind: 'condition',
  that,
  over,
  forMs,
  when: null,
  bind: {},
})
const runbook = (name: string, ...triggers: readonly TriggerSpec[]): KnownRunbook => ({
  plan: { ...planOf(name), triggers },
  planHash: 'h',
})

function createStage(...runbooks: readonly KnownRunbook[]) {
  const changes: Record<string, Partial<NodeSight>> = {}
  const desired: Record<string, DesiredState> = { 'node-1': 'serving', 'node-2': 'serving', 'node-3': 'serving' }
  const told: SymptomObservation[] = []
  const ends: ModeObservation[] = []
  const stage = { isWitnessed: true, knowsDesired: true, lookTakesMs: 0, refuses: false }
  const held: { modes: StandingMode[] | null; adapted: AdaptedSetting[]; declared: Mode[] } = {
    modes: [],
    adapted: [],
    declared: [],
  }
  let nowMs = 0
  const look = (): Promise<Look> => {
    nowMs += stage.lookTakesMs
    const seen = nodes.map((node) => sight(node, changes[node.name]))
    const serving = seen.filter(({ node }) => desired[node.name] === 'serving')
    const survey: Survey = {
      cluster,
      nodes: seen,
      serving: stage.knowsDesired ? serving : null,
      together: findTogether(
        serving.map(({ node, probe, errorRate, requestMs }) => ({
          name: node.name,
          zone: null,
          healthy: probe.healthy,
          errorRate,
          requestMs,
        })),
      ),
      requests: {},
      isWhole: true,
      isWitnessed: stage.isWitnessed,
    }
    return Promise.resolve({
      survey,
      desired: stage.knowsDesired ? desired : null,
      verdicts: new Map(nodes.map(({ name }) => [name, 'healthy'])),
      signals: { cluster: {}, nodes: {} },
      modes: held.modes,
      adapted: held.adapted,
    })
  }
  const watch = createSymptomWatch(0, {
    clock: () => nowMs,
    now: () => 1_000_000 + nowMs,
    look,
    tell: (batch: readonly Observation[]) => {
      if (stage.refuses) return Promise.reject(new Error('no detector'))
      told.push(...batch.filter((each) => each.kind === 'symptom'))
      ends.push(...batch.filter((each) => each.kind === 'mode'))
      return Promise.resolve()
    },
    warn: () => {},
  })
  return Object.assign(stage, {
    changes,
    ends,
    held,
    desired,
    sleepFor: (ms: number) => (nowMs += ms),
    async pass(ms: number) {
      for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 100) {
        watch.tick({ ...cluster, modes: held.declared }, runbooks)
        await watch.settled()
      }
    },
    of: (target: string) => told.filter((each) => each.target === target).map(({ phase }) => phase),
    told,
  })
}

describe('watching conditions', () => {
  const diskFull = runbook('disk', condition('target.disk > 0.9', 'target', 3_000))

  test('one that holds for its time is told as coming up, then as standing, with what was seen', async () => {
    const stage = createStage(diskFull)
    await stage.pass(2_000)
    stage.changes['node-2'] = { usage: { disk: 0.97 } }
    await stage.pass(6_000)
    expect(stage.of('node-2')).toEqual(['over', 'pending', 'standing'])
    expect(stage.told.at(-1)?.evidence).toBe('target.disk = 0.97')
    expect(stage.of('node-1')).toEqual(['over'])
  })

  test('what stands is told again every 15 s, and once when it is over', async () => {
    const stage = createStage(diskFull)
    stage.changes['node-2'] = { usage: { disk: 0.97 } }
    await stage.pass(40_000)
    expect(stage.of('node-2')).toEqual(['pending', 'standing', 'standing', 'standing'])
    delete stage.changes['node-2']
    await stage.pass(3_000)
    expect(stage.of('node-2').at(-1)).toBe('over')
  })

  test('missing evidence is unknown: it is never true, and never ends what stood', async () => {
    const stage = createStage(diskFull)
    stage.changes['node-2'] = { usage: { disk: 0.97 } }
    await stage.pass(6_000)
    stage.changes['node-2'] = { usage: {} }
    await stage.pass(3_000)
    expect(stage.of('node-2')).toEqual(['pending', 'standing', 'unknown'])
  })

  test('while nobody at all answers nothing is known', async () => {
    const few = runbook('few', condition('cluster.healthy == 0', 'cluster', 2_000))
    const stage = createStage(few)
    for (const { name } of nodes)
      stage.changes[name] = { probe: { answered: false, healthy: false, reason: 'silent', latencyMs: 0 } }
    stage.isWitnessed = false
    await stage.pass(10_000)
    expect(stage.told).toEqual([])
    stage.isWitnessed = true
    await stage.pass(5_000)
    expect(stage.of('lab')).toEqual(['pending', 'standing'])
  })

  test('without the word of the detector nothing that rests on it is known', async () => {
    const stage = createStage(diskFull)
    stage.changes['node-2'] = { usage: { disk: 0.97 } }
    stage.knowsDesired = false
    await stage.pass(8_000)
    expect(stage.told).toEqual([])
  })

  test('a node that is meant to be down has no symptoms', async () => {
    const stage = createStage(diskFull)
    stage.desired['node-2'] = 'drained'
    stage.changes['node-2'] = { usage: { disk: 0.97 } }
    await stage.pass(8_000)
    expect(stage.of('node-2')).toEqual(['over'])
  })

  test('an observer that slept does not vouch for the time in between', async () => {
    const stage = createStage(diskFull)
    stage.changes['node-2'] = { usage: { disk: 0.97 } }
    await stage.pass(2_000)
    stage.sleepFor(60_000)
    await stage.pass(1_500)
    expect(stage.of('node-2')).not.toContain('standing')
  })

  test('a look that took too long says nothing about now', async () => {
    const stage = createStage(diskFull)
    stage.changes['node-2'] = { usage: { disk: 0.97 } }
    stage.lookTakesMs = 5_000
    await stage.pass(30_000)
    expect(stage.told).toEqual([])
  })

  test('what could not be delivered is told by the next look', async () => {
    const stage = createStage(diskFull)
    stage.changes['node-2'] = { usage: { disk: 0.97 } }
    stage.refuses = true
    await stage.pass(8_000)
    stage.refuses = false
    await stage.pass(2_000)
    expect(stage.of('node-2')).toEqual(['standing'])
  })

  test('an answer that fails its users contradicts a healthy heartbeat', async () => {
    const gray = runbook('gray', condition('target.verdict == "healthy" && target.error_rate > 0.2', 'target', 2_000))
    const stage = createStage(gray)
    stage.changes['node-3'] = { errorRate: 0.5 }
    await stage.pass(5_000)
    expect(stage.of('node-3')).toEqual(['pending', 'standing'])
  })

  test('a configuration has an age once it was seen to change, and none before', async () => {
    const changed = runbook('config', condition('target.config_age_ms < 60000', 'target', 1_000))
    const stage = createStage(changed)
    await stage.pass(5_000)
    expect(stage.told).toEqual([])
    stage.changes['node-1'] = { configVersion: 2 }
    await stage.pass(5_000)
    expect(stage.of('node-1')).toEqual(['pending', 'standing'])
  })

  test('members that are ill together are one symptom of the cluster', async () => {
    const cascade = runbook('cascade', condition('cluster.ill_ratio >= 0.5', 'cluster', 2_000))
    const stage = createStage(cascade)
    for (const name of ['node-1', 'node-2']) stage.changes[name] = { errorRate: 1 }
    await stage.pass(5_000)
    expect(stage.of('lab')).toEqual(['pending', 'standing'])
    expect(stage.told[0]).toMatchObject({ over: 'cluster', runbook: 'cascade', cause: 'condition' })
  })

  test('a disk that fills up is told while there is still time', async () => {
    const trend: TriggerSpec = {
      kind: 'trend',
      metric: 'disk',
      reaches: 0.95,
      withinMs: 600_000,
      confidence: 0.8,
      when: null,
      bind: {},
    }
    const stage = createStage(runbook('forecast', trend))
    for (let step = 0; step < 60; step++) {
      stage.changes['node-1'] = { usage: { disk: 0.2 + step * 0.008 } }
      await stage.pass(5_000)
    }
    expect(stage.of('node-1')).toContain('standing')
    expect(stage.of('node-2')).not.toContain('standing')
    expect(stage.told.find(({ phase }) => phase === 'standing')?.evidence).toMatch(/`disk` is .*confidence/)
  })
})

describe('the end of what a degraded mode is on for', () => {
  const mode: Mode = {
    ...{ name: 'reduced', summary: 'Less.', lost: [], kept: [] },
    ...{ clearWhen: 'cluster.ill == 0', forMs: 3_000, longestMs: null },
  }
  const on = (at: number): StandingMode[] => [
    { mode: 'reduced', since: 1, heldBy: [{ kind: 'run', name: 'r', at, why: 'x' }], toldAt: null },
  ]

  test('is told once its condition has held for its time, with what was seen, and again until the mode is off', async () => {
    const stage = createStage()
    stage.held.declared = [mode]
    stage.held.modes = on(7)
    stage.changes['node-2'] = { probe: { answered: true, healthy: false, reason: 'x', latencyMs: 2 } }
    await stage.pass(6_000)
    expect(stage.ends).toEqual([])
    delete stage.changes['node-2']
    await stage.pass(5_000)
    expect(stage.ends).toMatchObject([{ mode: 'reduced', heldAt: 7 }])
    expect(stage.ends[0]?.evidence).toBe('`cluster.ill == 0` held for 3 s (cluster.ill = 0)')
    await stage.pass(5_000)
    expect(stage.ends).toHaveLength(2)
    stage.held.modes = []
    await stage.pass(20_000)
    expect(stage.ends).toHaveLength(2)
  })

  test('begins anew when somebody enters the mode again, and when nothing is known', async () => {
    const stage = createStage()
    stage.held.declared = [mode]
    stage.held.modes = on(7)
    await stage.pass(2_500)
    stage.held.modes = on(8)
    await stage.pass(2_500)
    stage.isWitnessed = false
    await stage.pass(2_000)
    stage.isWitnessed = true
    await stage.pass(2_500)
    expect(stage.ends).toEqual([])
    await stage.pass(2_000)
    expect(stage.ends).toMatchObject([{ heldAt: 8 }])
  })

  test('a condition names the modes that are on, and is unknown while that is not known', async () => {
    const stage = createStage(runbook('quiet', condition('!("reduced" in modes)', 'cluster', 0)))
    stage.held.modes = null
    await stage.pass(4_000)
    expect(stage.told).toEqual([])
    stage.held.modes = on(7)
    await stage.pass(2_000)
    stage.held.modes = []
    await stage.pass(3_000)
    expect(stage.told.map(({ phase }) => phase)).toEqual(['over', 'pending', 'standing'])
  })
})
