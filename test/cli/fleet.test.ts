// freeze, thaw, reset, ack: which clusters hear what, with which reason, and what a person reads afterwards.
import { beforeAll, describe, expect, test } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { EngineError } from '../../src/temporal/engine.ts'
import { createFakeEngine, createWorld, fakeCluster, fakeDetectorState, NOW, RUN_ID, speak } from './fakes.ts'
import { makeRunbookFolder } from './runbook-folder.ts'

let folder = ''
beforeAll(() => {
  folder = makeRunbookFolder()
})
const say = (words: readonly string[], world = createWorld()) => speak(words, world, folder)

describe('phix freeze', () => {
  test('tells the cluster that is named, with its reason and for how long', async () => {
    const world = createWorld()
    const { out, exit: code } = await say(['freeze', '--cluster', 'lab', '--for', '1h', '--why', 'migration'], world)
    expect(code).toBe(EXIT.ok)
    expect(out).toBe('freeze was heard by lab\n')
    expect(world.commanded).toEqual([
      {
        cluster: 'lab',
        kind: 'freeze',
        by: 'ada',
        why: 'migration',
        requestId: 'string',
        forMs: 3_600_000,
        inFlight: false,
      },
    ])
  })

  test('tells every cluster with --all, also when one does not hear it, and says which', async () => {
    const world = createWorld()
    world.inventory = { ...world.inventory, clusters: [{ ...fakeCluster, name: 'away' }, fakeCluster] }
    const engine = createFakeEngine(world)
    const command: typeof engine.detector.command = (cluster, said) =>
      cluster === 'away'
        ? Promise.reject(new EngineError('not-found', 'no detector runs for `away`'))
        : createFakeEngine(world).detector.command(cluster, said)
    world.connect = () => ({ ...engine, detector: { ...engine.detector, command } })
    const { out, err, exit: code } = await say(['freeze', '--all', '--for', '5m', '--why', 'x', '--in-flight'], world)
    expect(out).toBe('freeze was heard by lab\n')
    expect(err).toContain('`away` did not hear it')
    expect(code).toBe(EXIT.notFound)
  })

  test.each([
    [['freeze', '--for', '1h', '--why', 'x'], 'Say --cluster with a name, or --all.'],
    [['freeze', '--all', '--cluster', 'lab', '--for', '1h', '--why', 'x'], 'Say --cluster with a name, or --all.'],
    [['freeze', '--all', '--for', '1h'], 'It needs a reason'],
    [['freeze', '--all', '--why', 'x'], '--for'],
    [['reset', 'node-2'], 'It needs a reason'],
    [['run', 'single-node-recovery', '-i', 'node=node-2', '--override-freeze', ' '], 'needs a reason'],
  ])('%j is refused before anything is said', async (words, sentence) => {
    const world = createWorld()
    const { err, exit: code } = await say(words, world)
    expect(code).toBe(EXIT.usage)
    expect(err).toContain(sentence)
    expect([...world.commanded, ...world.started]).toEqual([])
  })

  test('stands above everything in `phix status`, with the word that ends it', async () => {
    const world = createWorld()
    const freeze = { id: 'f', by: 'grace', why: 'migration', at: NOW, until: NOW + 3_600_000, inFlight: true }
    const engine = createFakeEngine(world)
    const state = async () => ({ ...fakeDetectorState, freeze })
    world.connect = () => ({ ...engine, detector: { ...engine.detector, state } })
    const { out } = await say(['status'], world)
    expect(out.split('\n').slice(0, 2)).toEqual([
      '! cluster lab is frozen for 1h more by grace, nothing starts, open runs are held: migration',
      '    phix thaw --cluster lab --why "…"',
    ])
  })
})

test('phix status says which node is flapping and what did not help it', async () => {
  const world = createWorld()
  const engine = createFakeEngine(world)
  const node = { ...fakeDetectorState.targets['node-2']!, flapping: true, rungs: { 'single-node-recovery': 2 } }
  const state = async () => ({ ...fakeDetectorState, targets: { ...fakeDetectorState.targets, 'node-2': node } })
  world.connect = () => ({ ...engine, detector: { ...engine.detector, state } })
  const { out } = await say(['status'], world)
  expect(out).toContain('! node-2 is flapping: it gets only a few starts an hour')
  expect(out).toContain('! did not help node-2: single-node-recovery 2×')
})

test('phix thaw tells the cluster that is named', async () => {
  const world = createWorld()
  await say(['thaw', '--cluster', 'lab', '--why', 'done'], world)
  expect(world.commanded).toMatchObject([{ cluster: 'lab', kind: 'thaw', why: 'done' }])
})

test('phix reset finds the cluster of a target, also by an alias', async () => {
  const world = createWorld()
  await say(['reset', 'node-2:9100', '--why', 'new disk'], world)
  expect(world.commanded).toMatchObject([{ cluster: 'lab', kind: 'reset', target: 'node-2' }])
  expect((await say(['reset', 'node-99', '--why', 'x'])).exit).toBe(EXIT.notFound)
})

test('phix run carries the reason why a freeze is overridden', async () => {
  const world = createWorld()
  await say(
    ['run', 'single-node-recovery', '-i', 'node=node-2', '--override-freeze', 'customer down', '--detach'],
    world,
  )
  expect(world.started).toMatchObject([{ overrideFreeze: 'customer down' }])
})

test('phix ack tells the open runs on a target, or one run', async () => {
  const world = createWorld()
  await say(['ack', RUN_ID], world)
  expect(world.said).toMatchObject([{ workflowId: RUN_ID, verb: 'ack', message: { by: 'ada' } }])
})

test('phix pause says until when', async () => {
  const world = createWorld()
  await say(['pause', RUN_ID, '--for', '30m', '--why', 'look', '--yes'], world)
  expect(world.said).toMatchObject([{ verb: 'pause', message: { by: 'ada', why: 'look', until: NOW + 1_800_000 } }])
})
