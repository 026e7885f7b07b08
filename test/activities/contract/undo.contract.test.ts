// What each manifest names as undo exists, takes what it is given, and brings the world back.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CATALOGUE, findManifest } from '../../../activities/catalogue.ts'
import { evaluateCel } from '../../../src/expressions/evaluate.ts'
import type { Json } from '../../../src/plan/json.ts'
import { createValidator } from '../../../src/schema/validator.ts'
import { callOf, createWorld, run, type World } from '../world/world.ts'
import { BEFORE, isRefused, samplesFor } from './samples.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
  await world.startNodes()
})
afterEach(() => world.end())

const undoable = CATALOGUE.filter(({ undo }) => typeof undo === 'object')

test('every undo names an action of the catalogue that changes things', () => {
  for (const { name, undo } of undoable)
    expect(typeof undo === 'object' ? findManifest(undo.action)?.effect : null, name).toBe('change')
})

const runWithUndo = async (name: string, args: Record<string, Json>) => {
  const { undo } = findManifest(name) ?? {}
  if (typeof undo !== 'object') throw new Error(name)
  const done = await run(world.activities, name, callOf(args))
  expect(done.error).toBeNull()
  const scope = { input: args, output: done.output }
  const undoArgs = Object.fromEntries(Object.entries(undo.with).map(([key, cel]) => [key, evaluateCel(cel, scope)]))
  expect(createValidator(findManifest(undo.action)?.input ?? {})(undoArgs)).toEqual([])
  const changed = await world.looks()
  const undone = await run(world.activities, undo.action, callOf(undoArgs))
  expect(undone.error).toBeNull()
  return changed
}

const reversible = undoable.map(({ name }) => name).filter((name) => !isRefused(name))

test.each(reversible)('%s changes the world, and its undo brings it back', async (name) => {
  await BEFORE[name]?.(world)
  const before = await world.looks()
  const changed = await runWithUndo(name, samplesFor(world)[name] ?? {})
  expect(changed).not.toEqual(before)
  expect(await world.looks()).toEqual(before)
})

test.each(reversible)('%s that found its work done already is undone by doing nothing', async (name) => {
  await BEFORE[name]?.(world)
  const args = samplesFor(world)[name] ?? {}
  if (name === 'replicas.scale') return // scaling again is new work, not the same
  await run(world.activities, name, callOf(args))
  const before = await world.looks()
  await runWithUndo(name, args)
  expect(await world.looks()).toEqual(before)
})
