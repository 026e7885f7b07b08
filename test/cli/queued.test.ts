// A request that waits for its turn is no failure: it is told, and waited for where that was asked.
import { expect, test } from 'vitest'
import { createWorld, fakeDecision, fakeResult, fakeSummary, NOW, RUN_ID, speak, type World } from './fakes.ts'
import { makeRunbookFolder } from './runbook-folder.ts'

const folder = makeRunbookFolder()
const words = 'run single-node-recovery -i node=node-2'.split(' ')

function createQueuedWorld(): World {
  const world = createWorld()
  world.decision = {
    ...fakeDecision,
    kind: 'held',
    reason: 'queued',
    message: '`planned/node-2/x` holds `node-2`; it starts when that has ended.',
    workflowId: null,
  }
  world.runs = [{ ...fakeSummary, status: 'completed', closedAt: NOW, outcome: 'effective' }]
  world.result = fakeResult
  return world
}
const decideLater = (world: World, kind: 'started' | 'refused'): void => {
  const decide = (): World['decisionsLater'] => [
    {
      ...fakeDecision,
      kind,
      trigger: { kind: 'person', runbook: 'r', inputs: {}, by: 'ada', at: NOW, requestId: world.requestId },
      workflowId: kind === 'started' ? RUN_ID : null,
    },
  ]
  Object.defineProperty(world, 'decisionsLater', { get: decide })
}

test('without --wait it is told that it starts by itself', async () => {
  const { exit, out, err } = await speak(words, createQueuedWorld(), folder)
  expect(exit).toBe(0)
  expect(out).toContain('queued: `planned/node-2/x` holds `node-2`')
  expect(err).toContain('It starts by itself when its turn comes')
})

test('--wait waits for its turn, then for its end', async () => {
  const world = createQueuedWorld()
  decideLater(world, 'started')
  const { exit, out } = await speak([...words, '--wait'], world, folder)
  expect(exit).toBe(0)
  expect(out).toContain('✓ effective')
})

test('a turn that never comes because it was refused ends with 4 and the reason', async () => {
  const world = createQueuedWorld()
  decideLater(world, 'refused')
  expect(await speak([...words, '--wait'], world, folder)).toMatchObject({ exit: 4 })
})

test('Ctrl-C while it is queued leaves it queued', async () => {
  const { exit, err } = await speak([...words, '--wait'], createQueuedWorld(), folder, { interruptAt: [2] })
  expect(exit).toBe(130)
  expect(err).toContain('the request stays queued')
})
