// The watch without Temporal, network or time: nodes are switches, the clock is turned by hand.
import { describe, expect, test } from 'vitest'
import { createWatchLoop, TICK_MS } from '../../../activities/watching/watch-loop.ts'
import { gapBudget, shardCount } from '../../../activities/watching/shards.ts'
import type { Observation, Roster } from '../../../src/guard/protocol.ts'
import type { Cluster, Node } from '../../../src/inventory/inventory.ts'

const nodeOf = (name: string, spare = false): Node => ({
  name,
  address: `http://${name}`,
  zone: null,
  aliases: [],
  spare,
})
const GAUSSIAN = { model: 'gaussian-exact', suspectPhi: 8, failedPhi: 16 } as const
const CALIBRATED = { model: 'calibrated', suspectPhi: 4, failedPhi: 6 } as const
const clusterOf = (nodes: readonly Node[], model: typeof GAUSSIAN | typeof CALIBRATED = GAUSSIAN): Cluster => ({
  name: 'lab',
  nodes,
  services: [],
  heartbeat: { kind: 'http', path: '/', intervalMs: 1_000, timeoutMs: 1_000 },
  detector: { ...model, windowSize: 200, minDeviationMs: 100, pauseMs: 0 },
  guard: { runsInFlight: 5, startsPerMinute: 10, override: null },
})
const five = ['a', 'b', 'c', 'd', 'e'].map((name) => nodeOf(name))

function createStage({
  nodes = five as readonly Node[],
  learned = null as unknown,
  model = GAUSSIAN as typeof GAUSSIAN | typeof CALIBRATED,
} = {}) {
  const down = new Set<string>()
  const deafToProbes = new Set<string>()
  const silent = new Set<string>()
  const batches: (readonly Observation[])[] = []
  let nowMs = 50_000
  let wallMs = 1_800_000_000_000
  let refuses = false
  let roster: Roster | null = null
  const warnings: string[] = []
  const loop = createWatchLoop(clusterOf(nodes, model), 0, learned, {
    clock: () => nowMs,
    now: () => wallMs,
    prober: {
      pull: ({ name }) =>
        Promise.resolve(
          down.has(name) || silent.has(name) ? { isAlive: false, evidence: 'silent' } : { isAlive: true, evidence: '' },
        ),
      probe: ({ name }) => {
        const isAlive = !down.has(name) && !deafToProbes.has(name)
        return Promise.resolve({ isAlive, evidence: isAlive ? 'it answers 200' : 'connection refused' })
      },
    },
    roster: () => roster,
    tell: (batch) => (refuses ? Promise.reject(new Error('no detector')) : Promise.resolve(void batches.push(batch))),
    warn: (_fields, message) => void warnings.push(message),
  })
  return {
    loop,
    down,
    deafToProbes,
    silent,
    warnings,
    refuse: (does: boolean) => (refuses = does),
    setRoster: (next: Roster) => (roster = next),
    setWallClock: (ms: number) => (wallMs += ms),
    sleepFor: (ms: number) => (nowMs += ms),
    async pass(ms: number) {
      for (const endMs = nowMs + ms; nowMs < endMs;) {
        nowMs += TICK_MS
        loop.tick()
        await loop.settled()
      }
    },
    get told() {
      // The first word of a watch is that it trusts itself.
      const [greeting, ...rest] = batches.flat()
      return greeting?.kind === 'observer' && greeting.trusted ? rest : batches.flat()
    },
    of: (name: string) => batches.flat().filter((each) => each.kind === 'verdict' && each.target === name),
  }
}
const words = (observations: readonly Observation[]) =>
  observations.map((each) => (each.kind === 'verdict' ? `${each.verdict}${each.confirmed ? '' : '?'}` : each.kind))

describe('a watch', () => {
  test('tells each node once when it is well, and then nothing while nothing changes', async () => {
    const stage = createStage()
    await stage.pass(60_000)
    expect(words(stage.told)).toEqual(Array<string>(5).fill('healthy'))
  })
  test('tells a death as a confirmed suspicion within two intervals, and a return as confirmed health', async () => {
    const stage = createStage()
    await stage.pass(30_000)
    stage.down.add('b')
    await stage.pass(2_000)
    expect(words(stage.of('b')).slice(0, 2)).toEqual(['healthy', 'suspect'])
    expect(stage.of('b')[1]).toMatchObject({ evidence: 'connection refused', confirmed: true })
    await stage.pass(3_000)
    stage.down.delete('b')
    await stage.pass(2_000)
    expect(words(stage.of('b'))).toEqual(['healthy', 'suspect', 'failed', 'healthy'])
  })
  test('sees the tenth death of a node that was healed quickly as soon as the first', async () => {
    const stage = createStage({ model: CALIBRATED })
    const untilSuspected = async (): Promise<number> => {
      await stage.pass(60_000)
      stage.down.add('b')
      let waitedMs = 0
      for (; words(stage.of('b')).at(-1) !== 'suspect'; waitedMs += TICK_MS) await stage.pass(TICK_MS)
      await stage.pass(3_000)
      stage.down.delete('b')
      return waitedMs
    }
    const first = await untilSuspected()
    for (let death = 2; death <= 10; death++) expect(await untilSuspected()).toBeLessThanOrEqual(first)
  })
  test('tells a silence that a direct probe does not confirm as unconfirmed', async () => {
    const stage = createStage()
    await stage.pass(30_000)
    stage.silent.add('b')
    await stage.pass(5_000)
    expect(words(stage.of('b'))).toEqual(['healthy', 'suspect?', 'failed?'])
    stage.down.add('b')
    await stage.pass(3_000)
    expect(words(stage.of('b')).at(-1)).toBe('failed')
  })
  test('does not call a node well whose fresh connections fail', async () => {
    const stage = createStage()
    stage.deafToProbes.add('b')
    await stage.pass(20_000)
    expect(stage.of('b')).toEqual([])
    stage.deafToProbes.clear()
    await stage.pass(3_000)
    expect(words(stage.of('b'))).toEqual(['healthy'])
  })
  test('tells again what stands every 15 s, each time after a fresh probe', async () => {
    const stage = createStage()
    await stage.pass(30_000)
    stage.down.add('b')
    await stage.pass(65_000)
    const repeated = words(stage.of('b')).filter((word) => word === 'failed')
    expect(repeated.length).toBeGreaterThanOrEqual(4)
    expect(repeated.length).toBeLessThanOrEqual(6)
  })
  test('tells anew what the detector could not be told', async () => {
    const stage = createStage()
    await stage.pass(30_000)
    stage.refuse(true)
    stage.down.add('b')
    await stage.pass(10_000)
    expect(words(stage.of('b'))).toEqual(['healthy'])
    stage.refuse(false)
    await stage.pass(3_000)
    expect(words(stage.of('b'))).toEqual(['healthy', 'failed'])
  })
})

describe('a watch that should doubt itself', () => {
  test('freezes when all fall silent at once: one word to the detector, no verdict; and goes on when they answer', async () => {
    const stage = createStage()
    await stage.pass(30_000)
    for (const { name } of five) stage.down.add(name)
    await stage.pass(30_000)
    expect(words(stage.told.slice(5))).toEqual(['observer'])
    expect(stage.told[5]).toMatchObject({ trusted: false })
    for (const { name } of five) stage.down.delete(name)
    await stage.pass(5_000)
    expect(words(stage.told.slice(6))).toEqual(['observer'])
    expect(stage.told[6]).toMatchObject({ trusted: true })
  })
  test('takes its own stall out of the silence: nobody is suspected after it slept', async () => {
    const stage = createStage()
    await stage.pass(30_000)
    stage.sleepFor(8_400)
    await stage.pass(10_000)
    expect(words(stage.told)).toEqual(Array<string>(5).fill('healthy'))
    expect(stage.warnings).toHaveLength(1)
  })
  test('is not moved by the wall clock: an hour forth and two back, no suspicion, and times stay in order', async () => {
    const stage = createStage()
    await stage.pass(30_000)
    stage.setWallClock(3_600_000)
    await stage.pass(10_000)
    stage.setWallClock(-7_200_000)
    await stage.pass(10_000)
    expect(stage.told).toHaveLength(5)
    stage.down.add('c')
    await stage.pass(3_000)
    const times = stage.of('c').map(({ at }) => at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })
})

describe('a watch that begins', () => {
  test('says unknown, never failed, of a node that has not answered; suspects it when others answer and its time is over', async () => {
    const stage = createStage()
    stage.down.add('b')
    await stage.pass(10_000)
    expect(words(stage.of('b'))).toEqual(['unknown?'])
    await stage.pass(8_000)
    expect(words(stage.of('b'))).toEqual(['unknown?', 'suspect'])
  })
  test('suspects nobody where nobody answers, and never a spare that was not brought in', async () => {
    const dead = createStage()
    for (const { name } of five) dead.down.add(name)
    await dead.pass(60_000)
    expect(words(dead.told).filter((word) => word !== 'unknown?')).toEqual([])
    const spare = createStage({ nodes: [...five, nodeOf('s', true)] })
    spare.down.add('s')
    await spare.pass(60_000)
    expect(words(spare.of('s'))).toEqual(['unknown?'])
  })
  test('goes on from a checkpoint with warm windows, and from a damaged one cold, with a word about it', async () => {
    const stage = createStage()
    await stage.pass(60_000)
    const checkpoint = JSON.parse(JSON.stringify(stage.loop.checkpoint())) as { nodes: { window: string }[] }
    const warm = createStage({ learned: checkpoint })
    const again = warm.loop.checkpoint()
    expect(again.nodes.map(({ window }) => window)).toEqual(checkpoint.nodes.map(({ window }) => window))
    expect(again.nodes.every(({ verdict }) => verdict === 'unknown')).toBe(true)
    const cold = createStage({ learned: { ...checkpoint, checksum: '00000000' } })
    expect(cold.warnings[0]).toContain('damaged')
    await cold.pass(5_000)
    expect(words(cold.told)).toEqual(Array<string>(5).fill('healthy'))
  })
  test('tells the detector of its inventory first, again when it has changed, and once more where the word was lost', async () => {
    const stage = createStage()
    const told = () => stage.told.flatMap((each) => (each.kind === 'roster' ? [each.roster.nodes.length] : []))
    const rosterOf = (names: readonly string[]): Roster => ({
      nodes: names.map((name) => ({ name, spare: false })),
      limits: { runsInFlight: 1, startsPerMinute: 1, override: null },
      page: [],
    })
    stage.setRoster(rosterOf(['a', 'b', 'c', 'd', 'e']))
    await stage.pass(5_000)
    expect(told()).toEqual([5])
    stage.refuse(true)
    stage.setRoster(rosterOf(['a']))
    stage.loop.adopt(clusterOf(five.slice(0, 1)))
    await stage.pass(3_000)
    expect(told()).toEqual([5])
    stage.refuse(false)
    await stage.pass(3_000)
    expect(told()).toEqual([5, 1])
  })
  test('takes a changed inventory in: new nodes are watched, others keep what was learned', async () => {
    const stage = createStage()
    await stage.pass(30_000)
    stage.loop.adopt(clusterOf([...five.slice(1), nodeOf('new')]))
    await stage.pass(5_000)
    expect(stage.loop.checkpoint().nodes.map(({ name, beats }) => [name, beats > 10])).toEqual([
      ['b', true],
      ['c', true],
      ['d', true],
      ['e', true],
      ['new', false],
    ])
    expect(words(stage.of('new'))).toEqual(['healthy'])
  })
})

test('a cluster of any size is split so that every checkpoint fits', () => {
  const many = Array.from({ length: 1_234 }, (_, index) => nodeOf(`node-${index}`))
  expect(shardCount(clusterOf(many))).toBe(25)
  expect(gapBudget(50)).toBeGreaterThan(1_000)
})
