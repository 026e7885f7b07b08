// Following goes on through everything that goes away and comes back, and never touches the run.
import { expect, test } from 'vitest'
import { EngineError } from '../../src/temporal/engine.ts'
import {
  createFakeEngine,
  createWorld,
  fakeResult,
  fakeSummary,
  NOW,
  RUN_ID,
  speak,
  unreachable,
  type World,
} from './fakes.ts'
import { makeRunbookFolder } from './runbook-folder.ts'

const folder = makeRunbookFolder()
const follow = (world: World, words = `follow ${RUN_ID}`, io = {}): ReturnType<typeof speak> =>
  speak(words.split(' '), world, folder, io)

function finish(world: World): void {
  world.runs = [{ ...fakeSummary, status: 'completed', closedAt: NOW, outcome: 'effective' }]
  world.result = fakeResult
}

test('a server that goes away in the middle is waited for, told once, and the outcome is the run’s', async () => {
  const world = createWorld()
  world.onLook = (look) => {
    if (look === 20) finish(world)
    if (look >= 3 && look < 20) throw unreachable()
  }
  const { exit, err, out } = await follow(world)
  expect(exit).toBe(0)
  expect(err.match(/does not answer/g)).toHaveLength(1)
  expect(err).toContain('answers again')
  expect(out).toContain('✓ effective')
})

test('a worker that cannot go on is told as such, and an ended run is told even without a worker', async () => {
  const world = createWorld()
  world.state = new EngineError('stuck', 'The workflow task fails: a bug.')
  world.onLook = (look) => {
    if (look === 4) finish(world)
  }
  const { exit, err, out } = await follow(world)
  expect(exit).toBe(0)
  expect(err).toContain('The workflow task fails: a bug; trying again')
  expect(out).toContain('✓ effective')
})

test('a server that is away when following begins is waited for too', async () => {
  const world = createWorld()
  finish(world)
  let calls = 0
  world.connect = () => {
    if (calls++ < 5) throw unreachable()
    return createFakeEngine(world)
  }
  expect(await follow(world)).toMatchObject({ exit: 0 })
})

test('a server that stays away ends with 7 when the time is over', async () => {
  const world = createWorld()
  world.connect = () => {
    throw unreachable()
  }
  expect(await follow(world, `follow ${RUN_ID} --timeout 10s`)).toMatchObject({ exit: 7 })
})

test('a run that was terminated left no result: it ends with 1 and says so', async () => {
  const world = createWorld()
  world.runs = [{ ...fakeSummary, status: 'terminated', closedAt: NOW }]
  const { exit, out } = await follow(world)
  expect(exit).toBe(1)
  expect(out).toContain('terminated: it left no result')
})

test('--latest says what it waits for, then follows the run that appears', async () => {
  const world = createWorld()
  world.runs = []
  const engine = createFakeEngine(world)
  let asked = 0
  world.connect = () => ({
    ...engine,
    listRuns: async (filter) => {
      if (asked++ === 3) world.runs = [fakeSummary]
      return engine.listRuns(filter)
    },
  })
  world.onLook = () => finish(world)
  const { exit, err } = await follow(world, 'follow --latest')
  expect(err).toContain('No run is open. Waiting for the next one')
  expect(exit).toBe(0)
})

test('the first Ctrl-C detaches, says how to come back, and cancels nothing', async () => {
  const world = createWorld()
  const { exit, err, exits } = await follow(world, `follow ${RUN_ID}`, { interruptAt: [2] })
  expect(exit).toBe(130)
  expect(err).toContain(`Come back with: phix follow ${RUN_ID}`)
  expect(exits).toEqual([])
  expect(world.said).toEqual([])
})

test('the second Ctrl-C ends at once with 130', async () => {
  expect(await follow(createWorld(), `follow ${RUN_ID}`, { interruptAt: [2, 2] })).toMatchObject({ exits: [130] })
})

test('Ctrl-C while waiting for a run stops waiting', async () => {
  const world = createWorld()
  world.runs = []
  expect(await follow(world, 'follow --latest', { interruptAt: [3] })).toMatchObject({ exit: 130 })
})

test('run --wait detaches in the same way', async () => {
  const { exit, err } = await follow(createWorld(), 'run single-node-recovery -i node=node-2 --wait', {
    interruptAt: [1],
  })
  expect(exit).toBe(130)
  expect(err).toContain('the run goes on')
})

test('a run that was just started and cannot be found yet is waited for', async () => {
  const world = createWorld()
  world.onLook = (look) => {
    if (look < 2) throw new EngineError('not-found', 'not yet')
    finish(world)
  }
  expect(await follow(world, 'run single-node-recovery -i node=node-2 --wait')).toMatchObject({ exit: 0 })
})

test('--json gives one object a change and the end last', async () => {
  const world = createWorld()
  world.onLook = (look) => {
    if (look === 5) finish(world)
  }
  const lines = (await follow(world, `follow ${RUN_ID} --json`)).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { v: number; kind: string; exit?: number })
  expect(lines.map(({ kind }) => kind)).toEqual(['state', 'end'])
  expect(lines.every(({ v }) => v === 1)).toBe(true)
  expect(lines.at(-1)).toMatchObject({ exit: 0 })
})

const ended = (agoMs: number): World['runs'][number] => ({
  ...fakeSummary,
  status: 'completed',
  outcome: 'effective',
  startedAt: NOW - agoMs - 200,
  closedAt: NOW - agoMs,
})

test('--latest shows a run that has just ended, and says so', async () => {
  const world = createWorld()
  world.runs = [ended(3_000)]
  world.result = fakeResult
  const { exit, err, out } = await follow(world, 'follow --latest')
  expect(exit).toBe(0)
  expect(err).toContain(`${RUN_ID} ended 3 s ago. Looking whether another one starts`)
  expect(out).toContain('✓ effective')
})

test('--latest waits a moment for the run of what was broken just now, before it shows one that has ended', async () => {
  const world = createWorld()
  world.runs = [ended(2_000)]
  world.result = fakeResult
  const engine = createFakeEngine(world)
  const next = { ...fakeSummary, workflowId: 'single-node-recovery/node-3/next', startedAt: NOW + 3_000 }
  let asked = 0
  world.connect = () => ({
    ...engine,
    listRuns: async (filter) => {
      if (asked++ === 6) world.runs = [next, ...world.runs]
      return engine.listRuns(filter)
    },
  })
  world.onLook = () => (world.runs = [{ ...next, status: 'completed', closedAt: NOW + 9_000, outcome: 'effective' }])
  expect((await follow(world, 'follow --latest')).out).toContain(next.workflowId)
})

test('--latest does not take a run of an hour ago for the latest, and catches one that ends between two looks', async () => {
  const world = createWorld()
  world.runs = [ended(3_600_000)]
  world.result = fakeResult
  const engine = createFakeEngine(world)
  let asked = 0
  world.connect = () => ({
    ...engine,
    listRuns: async (filter) => {
      if (asked++ === 4) world.runs = [{ ...ended(0), startedAt: NOW + 1, closedAt: NOW + 200 }, ...world.runs]
      return engine.listRuns(filter)
    },
  })
  const { exit, err } = await follow(world, 'follow --latest')
  expect(err).toContain('No run is open. Waiting for the next one')
  expect(exit).toBe(0)
})

test('--latest prefers what moves to what waits for a person', async () => {
  const world = createWorld()
  const waits = { ...fakeSummary, workflowId: 'planned/node-5/x', waiting: true, startedAt: NOW }
  world.runs = [waits, fakeSummary]
  world.onLook = () => finish(world)
  expect((await follow(world, 'follow --latest')).err).toContain(
    `2 runs are open (phix list --open); this is ${RUN_ID}.`,
  )
})
