import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NotifyCall } from '../../src/plan/run.ts'
import { callOf, createWorld, run, type World } from './world/world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.end())

const call = (more: Partial<NotifyCall> = {}): NotifyCall => ({
  to: ['oncall'],
  message: 'node-1 does not come back',
  idempotencyKey: 'run-1/notify',
  run: callOf({}).run,
  ...more,
})

test('it tells the people of a group, by log and journal', async () => {
  const { output } = await run(world.activities, 'notify', call())
  expect(output).toEqual({ told: ['ada', 'grace'], isNew: true, notes: [] })
  expect(world.logged).toHaveLength(1)
  expect(world.memory.records).toMatchObject([{ kind: 'notification', id: 'run-1/notify', target: 'node-1' }])
})

test('the same key twice is one notification', async () => {
  await run(world.activities, 'notify', call())
  const { output } = await run(world.activities, 'notify', call())
  expect(output).toMatchObject({ isNew: false })
  expect([world.logged.length, world.memory.records.length]).toEqual([1, 1])
})

test('a group that nobody knows, and a journal that is down, are notes and no failure', async () => {
  world.memory.mood.is = 'failing'
  const { output } = await run(world.activities, 'notify', call({ to: ['oncall', 'nobody'] }))
  expect(output).toMatchObject({
    told: ['ada', 'grace'],
    notes: ['nobody is told as `nobody`: the inventory has no such group', 'not in the journal: disk full'],
  })
  expect(world.logged).toHaveLength(1)
})
