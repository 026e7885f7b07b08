// Hostile strings in every text argument of every action: none reaches a shell, a path or a URL as more than itself.
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CATALOGUE } from '../../../activities/catalogue.ts'
import type { Json, JsonObject } from '../../../src/plan/json.ts'
import { callOf, createWorld, run, type World } from '../world/world.ts'
import { hostileStrings } from './hostile-strings.ts'
import { samplesFor } from './samples.ts'

let world: World
let canary: string
beforeAll(async () => {
  world = await createWorld()
  await world.startNodes()
  canary = join(world.folder, 'canary')
})
afterAll(() => world.end())

/** Answers every call that this corpus makes of one action: each text argument in turn, and each name in a list. */
const callsFor = (name: string, input: JsonObject): readonly Record<string, Json>[] => {
  const sample = samplesFor(world)[name] ?? {}
  const properties = input['properties'] as Record<string, { type?: string; items?: { type?: string } }>
  return Object.entries(properties).flatMap(([key, { type, items }]) => {
    if (type === 'string') return hostileStrings(canary).map((text) => ({ ...sample, [key]: text }))
    if (type === 'array' && items?.type === 'string')
      return hostileStrings(canary).map((text) => ({ ...sample, [key]: [text] }))
    return []
  })
}

test('the corpus has 300 strings or more', () => {
  expect(new Set(hostileStrings('x')).size).toBeGreaterThanOrEqual(300)
})

test.each(CATALOGUE.map(({ name }) => name))(
  '%s takes hostile strings for what they are: no file, no process, no request that was not meant',
  async (name) => {
    const manifest = CATALOGUE.find((each) => each.name === name)
    const before = await world.looks()
    world.balancer.asked.length = 0
    const codes = new Set<string>()
    for (const args of callsFor(name, manifest?.input ?? {})) {
      const isWhy = JSON.stringify(args) !== JSON.stringify(samplesFor(world)[name]) && isFreeText(name, args)
      const { error } = await run(world.activities, name, callOf(args, { dryRun: isWhy }))
      if (error === null) continue
      expect(error.name, JSON.stringify(args)).toBe('ApplicationFailure')
      codes.add(error.type ?? '')
      expect(error.message.length, JSON.stringify(args)).toBeLessThan(2_000)
    }
    expect([...codes].filter((code) => !['rejected', 'refused', 'unavailable'].includes(code))).toEqual([])
    expect(existsSync(canary)).toBe(false)
    expect(await readdir(world.folder)).toEqual(['secrets', 'state'])
    expect((await readdir(world.stateFolder)).filter((file) => !/^node-\d\.(json|log)$/.test(file))).toEqual([])
    expect(world.balancer.asked.filter((line) => !/^(GET \/backends|GET \/stats\?window=\d+)$/.test(line))).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(await world.looks()).toEqual(before)
  },
  120_000,
)

/** Text for people, and the name of a mode, may be a good one by chance: such a call is only rendered here. */
const isFreeText = (name: string, args: Record<string, Json>): boolean => {
  const sample = samplesFor(world)[name] ?? {}
  return Object.keys(args).some((key) => ['why', 'reason', 'mode'].includes(key) && args[key] !== sample[key])
}
