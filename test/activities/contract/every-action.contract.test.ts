// The contract that every action of the catalogue keeps, whatever its driver. The world is read at its targets.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CATALOGUE } from '../../../activities/catalogue.ts'
import { createValidator } from '../../../src/schema/validator.ts'
import { callOf, createWorld, run, type World } from '../world/world.ts'
import { BEFORE, isRefused, samplesFor } from './samples.ts'

const working = CATALOGUE.filter(({ name }) => !isRefused(name))
const changes = working.filter(({ effect }) => effect !== 'read')

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.end())

/** Starting processes is what these tests spend their time with: only where the action can see them. */
const prepare = async (name: string): Promise<void> => {
  if (/^(config|logs|node|replicas|service)\./.test(name)) await world.startNodes()
  await BEFORE[name]?.(world)
}

const sampleOf = (name: string) => samplesFor(world)[name] ?? {}

test('every action has a sample, an activity, and a heartbeat that tells of a dead worker in time', () => {
  expect(CATALOGUE.map(({ name }) => name).toSorted()).toEqual(Object.keys(samplesFor(world)).toSorted())
  expect(CATALOGUE.filter(({ name }) => world.activities[name] === undefined)).toEqual([])
  expect(CATALOGUE.filter(({ heartbeatMs }) => heartbeatMs < 2_000 || heartbeatMs > 5_000)).toEqual([])
})

test('junk is refused with a sentence, by every action, and touches nothing', async () => {
  const before = await world.looks()
  const junk = [null, 7, 'text', [], { stranger: 1 }, { node: 7, target: {}, service: [], url: 1, mode: false }]
  for (const { name } of CATALOGUE)
    for (const args of junk) {
      const { error } = await run(world.activities, name, callOf(args as never))
      expect(error, `${name} ${JSON.stringify(args)}`).toMatchObject({ type: 'rejected', nonRetryable: true })
      expect(error?.message).toContain(`\`${name}\` cannot use its arguments: `)
    }
  expect(await world.looks()).toEqual(before)
}, 60_000)

test('a target that is not in the inventory is refused by name, by every action that has one', async () => {
  for (const { name, targets } of CATALOGUE.filter((manifest) => manifest.targets.length > 0)) {
    const args = { ...sampleOf(name), [targets[0] ?? '']: 'node-99' }
    const { error } = await run(world.activities, name, callOf(args))
    expect(error, name).toMatchObject({ type: 'refused' })
    expect(error?.message, name).toContain('`node-99` is not in the inventory of cluster `lab`')
  }
})

test.each(CATALOGUE.filter(({ name }) => isRefused(name)).map(({ name }) => name))(
  '%s has no driver yet: it fails and names the control that the inventory would need',
  async (name) => {
    const before = await world.looks()
    const { error } = await run(world.activities, name, callOf(sampleOf(name)))
    expect(error).toMatchObject({ type: 'refused' })
    expect(error?.message).toMatch(/would need a `\w+` control in the inventory/)
    expect(await world.looks()).toEqual(before)
  },
)

describe.each(working.map(({ name }) => name))('%s', (name) => {
  const manifest = working.find((each) => each.name === name)
  if (manifest === undefined) throw new Error(name)

  test('does what its sample asks, in the form that its manifest promises', async () => {
    await prepare(name)
    const { output, error } = await run(world.activities, name, callOf(sampleOf(name)))
    expect(error).toBeNull()
    expect(createValidator(manifest.output)(output)).toEqual([])
  })

  test('ends within a second of its cancellation when everything it touches hangs', async () => {
    await prepare(name)
    await hangEverything()
    const { error, output, tookMs } = await run(world.activities, name, callOf(sampleOf(name)), { cancelAfterMs: 150 })
    expect(tookMs).toBeLessThan(1_150)
    // What needs nothing that hangs is done before; what is done is reported as done, so that it is undone.
    if (output === null) expect(error?.name).toBe('CancelledFailure')
  })

  test('keeps its deadline when everything it touches hangs', async () => {
    await prepare(name)
    await hangEverything()
    const options = { startToCloseTimeoutMs: 400 }
    const { error, tookMs } = await run(world.activities, name, callOf(sampleOf(name)), options)
    expect(tookMs).toBeLessThan(1_400)
    if (error === null) return
    expect(['unavailable', 'uncertain']).toContain(error.type)
    expect(error.message.length).toBeGreaterThan(20)
  })
})

// Ending in time is what the wrapper sees to; that the far end is let go as well is seen at the far end alone.
describe.each(['http.get', 'http.post'])('%s, of an address that accepts and never answers,', (name) => {
  const isHeld = () => vi.waitFor(() => expect(world.unanswered.size).toBe(1), { timeout: 10_000, interval: 5 })
  const isLetGo = () => vi.waitFor(() => expect(world.unanswered.size).toBe(0), { timeout: 1_000, interval: 5 })

  test('lets go within a second of its cancellation; what was sent once is uncertain then', async () => {
    world.sinkMood.is = 'silent'
    const cancelWhen = isHeld()
    const letGo = cancelWhen.then(isLetGo)
    const { error } = await run(world.activities, name, callOf(sampleOf(name)), { cancelWhen })
    await letGo
    expect(error).toMatchObject(name === 'http.get' ? { name: 'CancelledFailure' } : { type: 'uncertain' })
  })

  test('lets go at its deadline, and says so', async () => {
    world.sinkMood.is = 'silent'
    const options = { startToCloseTimeoutMs: 2_000 }
    const held = isHeld()
    const { error, tookMs } = await run(world.activities, name, callOf(sampleOf(name)), options)
    await held
    await isLetGo()
    expect(tookMs).toBeLessThan(3_000)
    expect(error).toMatchObject({ type: name === 'http.get' ? 'unavailable' : 'uncertain' })
    expect(error?.message).toMatch(/\d+(\.\d+)? m?s/)
  })
})

describe.each(changes.map(({ name }) => name))('%s', (name) => {
  test('as a dry run says what it would do and touches nothing', async () => {
    await prepare(name)
    const [before, pids] = [await world.looks(), await world.pids()]
    const { output, error } = await run(world.activities, name, callOf(sampleOf(name), { dryRun: true }))
    expect(error).toBeNull()
    expect(String((output as { would?: unknown }).would).length).toBeGreaterThan(5)
    expect(await world.looks()).toEqual(before)
    expect(await world.pids()).toEqual(pids)
    expect(world.memory.records).toEqual([])
  })

  test('repeated with the same key leaves the world as it was after the first time', async () => {
    await prepare(name)
    const call = callOf(sampleOf(name))
    const first = await run(world.activities, name, call)
    expect(first.error).toBeNull()
    const after = await world.looks()
    const second = await run(world.activities, name, call, { attempt: 2 })
    expect(await world.looks()).toEqual(after)
    const manifest = changes.find((each) => each.name === name)
    if (manifest?.idempotency === 'no') expect(second.error).toMatchObject({ type: 'uncertain', nonRetryable: true })
    else expect(undoFacts(second.output)).toEqual(undoFacts(first.output))
  })

  test('records its attempt in the journal, with its key and how it ended', async () => {
    await prepare(name)
    const call = callOf(sampleOf(name))
    await run(world.activities, name, call)
    const events = world.memory.records
      .filter(({ kind }) => kind === 'step')
      .map(({ body }) => body as { event: string; idempotencyKey?: string })
      .filter(({ event }) => event !== 'chosen')
    expect(events.map(({ event }) => event)).toEqual(['begun', 'ended'])
    expect(new Set(events.map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set([call.idempotencyKey]))
  })
})

/** What undo goes by must be the same for every attempt; process ids and the like may differ. */
const undoFacts = (output: unknown): unknown => {
  const { changed, before, nodes, by } = output as Record<string, unknown>
  return { changed, before, by, ...(by === undefined ? {} : { nodes }) }
}

async function hangEverything(): Promise<void> {
  world.balancer.mood.is = 'hanging'
  world.detector.mood.is = 'silent'
  world.memory.mood.is = 'silent'
  world.sinkMood.is = 'silent'
  for (const node of world.nodes) {
    const { pid } = await world.processes.status(node)
    if (pid !== null) process.kill(pid, 'SIGSTOP')
  }
}
