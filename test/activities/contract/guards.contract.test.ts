// The guards of single drivers, in the world of real processes and a real balancer.
import { appendFile, mkdir, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Json } from '../../../src/plan/json.ts'
import { closeServer } from '../world/balancer-server.ts'
import { callOf, createWorld, run, type World } from '../world/world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.end())

const act = (name: string, args: Record<string, Json>, more = {}) => run(world.activities, name, callOf(args, more))
const pidOf = async (name: string) =>
  Promise.all(world.nodes.filter((node) => node.name === name).map((node) => world.processes.status(node))).then(
    ([status]) => status?.pid ?? null,
  )

describe('node.probe', () => {
  test('a node that answers probes and fails its real requests is not healthy', async () => {
    await world.startNodes()
    world.balancer.told.stats = {
      ...world.balancer.told.stats,
      by: { 'node-1': { count: 10, errors: 9, p50_ms: 5 } },
    }
    const { output } = await act('node.probe', { node: 'node-1' })
    expect(output).toMatchObject({ up: true, healthy: false, error_rate: 0.9, leader: true, term: 7, cpu: 0.1 })
    expect((output as { reason: string }).reason).toContain('9 of its last 10 real requests failed')
  })

  test('a dead node is an answer, not a failure; so is a stopped one, within its time limit', async () => {
    await world.startNodes()
    process.kill((await pidOf('node-1')) ?? 0, 'SIGSTOP')
    const stopped = await act('node.probe', { node: 'node-1' })
    expect(stopped.output).toMatchObject({ up: false, healthy: false })
    expect(stopped.tookMs).toBeLessThan(2_000)
    const dead = await act('node.probe', { node: 'node-4:9100' })
    expect(dead.output).toMatchObject({ node: 'node-4', up: false, healthy: false, answered: 0 })
  })

  test('polled, it answers once the condition holds', async () => {
    const poll = { until: 'output.healthy', everyMs: 50, timeoutMs: 10_000, scope: {} }
    const polled = act('node.probe', { node: 'node-2' }, { poll })
    await world.startNodes()
    expect((await polled).output).toMatchObject({ healthy: true, node: 'node-2' })
  })

  test('polled in vain, it is exhausted and says what it saw', async () => {
    const poll = { until: 'output.healthy', everyMs: 50, timeoutMs: 300, scope: {} }
    const { error } = await act('node.probe', { node: 'node-2' }, { poll })
    expect(error).toMatchObject({ type: 'exhausted' })
    expect(error?.message).toContain('ECONNREFUSED')
  })
})

describe('service', () => {
  test('a restart that is cancelled while the process ends still starts it again', async () => {
    await world.startNodes()
    const before = await pidOf('node-2')
    process.kill(before ?? 0, 'SIGSTOP') // ends only by SIGKILL after the grace, long after the cancel
    const call = callOf({ target: 'node-2' })
    const { error, tookMs } = await run(world.activities, 'service.restart', call, { cancelAfterMs: 100 })
    expect(error?.name).toBe('CancelledFailure')
    expect(tookMs).toBeLessThan(1_100)
    const isBack = async () => ![before, null].includes(await pidOf('node-2'))
    await expect.poll(isBack, { timeout: 10_000 }).toBe(true)
  })

  test('a service means its members and not its spares', async () => {
    const { output } = await act('service.start', { target: 'web' })
    expect(output).toMatchObject({ changed: ['node-1', 'node-2', 'node-3'] })
    expect(await pidOf('node-4')).toBeNull()
  })
})

describe('the balancer', () => {
  test('the last backend is never moved away', async () => {
    for (const backend of world.balancer.backends) if (backend.name !== 'node-1') backend.state = 'out'
    const { error } = await act('load.rebalance', { away_from: 'node-1' })
    expect(error).toMatchObject({ type: 'refused' })
    expect(world.balancer.backends.find(({ name }) => name === 'node-1')?.state).toBe('in')
  })

  test('a balancer that says yes and does nothing is found out', async () => {
    world.balancer.mood.is = 'pretending'
    const { error } = await act('load.rebalance', { away_from: 'node-1' })
    expect(error).toMatchObject({ type: 'unavailable' })
    expect(error?.message).toContain('took the order for `node-1` but still has it `in`')
  })

  test('traffic is not off while the balancer has a backend that the inventory does not know', async () => {
    world.balancer.backends.push({ name: 'stranger', url: 'http://127.0.0.1:1', state: 'in', weight: 1 })
    const { error } = await act('traffic.off', { service: 'web' })
    expect(error?.message).toContain('`stranger`')
  })

  test('traffic comes back only to nodes that are meant to serve, and not by guess', async () => {
    for (const backend of world.balancer.backends) backend.state = 'out'
    world.detector.desired['node-2'] = 'failed'
    expect((await act('traffic.on', { service: 'web' })).output).toMatchObject({ changed: ['node-1', 'node-3'] })
    world.detector.mood.is = 'failing'
    expect((await act('traffic.on', { service: 'web' })).error).toMatchObject({ type: 'unavailable' })
  })
})

describe('replicas.scale', () => {
  test('it starts a spare, waits until it answers, and marks it serving', async () => {
    const { output, error } = await act('replicas.scale', { service: 'web', by: 1 })
    expect(error).toBeNull()
    expect(output).toEqual({ service: 'web', by: 1, nodes: ['node-4'], replicas: 4 })
    expect(world.detector.desired['node-4']).toBe('serving')
    expect(await pidOf('node-4')).not.toBeNull()
  })

  test.each([
    [2, 'has 1 idle spares and 2 are wanted'],
    [-1, 'has 0 added replicas and 1 shall go'],
  ])('by %d is refused where the inventory has not enough', async (by, why) => {
    const { error } = await act('replicas.scale', { service: 'web', by })
    expect(error).toMatchObject({ type: 'refused' })
    expect(error?.message).toContain(why)
  })

  test('it never goes beyond max or below min', async () => {
    world.balancer.backends.push({ name: 'other', url: 'http://127.0.0.1:1', state: 'in', weight: 1 })
    expect((await act('replicas.scale', { service: 'web', by: 1 })).error?.message).toContain('may have 4 at most')
    const nodes = ['node-1', 'node-2', 'node-3']
    world.balancer.backends.pop()
    const below = await act('replicas.scale', { service: 'web', by: -3, nodes })
    expect(below.error?.message).toContain('must have 1')
  })

  test('a spare whose process ends at once gets no requests', async () => {
    const { hostname, port } = new URL(world.nodes[3]?.address ?? '')
    const squatter = createServer((_, response) => response.writeHead(503).end('{}'))
    await new Promise<void>((resolve) => squatter.listen(Number(port), hostname, resolve))
    const { error } = await act('replicas.scale', { service: 'web', by: 1 })
    await closeServer(squatter)
    expect(error).toMatchObject({ type: 'unavailable' })
    expect(error?.message).toContain('`node-4` ended right after its start')
    expect(world.balancer.backends.map(({ name }) => name)).not.toContain('node-4')
    expect(world.detector.desired['node-4']).toBe('spare')
    expect(await pidOf('node-4')).toBeNull()
  })

  test('an attempt that failed half way is finished by the next one, with the same node', async () => {
    const call = callOf({ service: 'web', by: 1 })
    world.detector.mood.is = 'failing'
    const { error } = await run(world.activities, 'replicas.scale', call)
    expect(error?.message).toContain('could not be told that `node-4` is serving')
    world.detector.mood.is = 'well'
    const again = await run(world.activities, 'replicas.scale', call, { attempt: 2 })
    expect(again.output).toMatchObject({ nodes: ['node-4'], replicas: 4 })
    expect(world.detector.desired['node-4']).toBe('serving')
  })
})

describe('config', () => {
  test('where one node refuses, those that were changed are put back', async () => {
    await world.startNodes()
    const before = await world.looks()
    const { error } = await act('config.apply', { target: 'web', values: { limit: 'many' } })
    expect(error).toMatchObject({ type: 'rejected' })
    expect(error?.message).toContain('`limit` is not a number')
    expect(await world.looks()).toEqual(before)
  })

  test('a rollback without more words goes back to what the last apply replaced', async () => {
    await world.startNodes()
    const before = await world.looks()
    await act('config.apply', { target: 'node-1', values: { limit: 99 } })
    expect((await act('config.rollback', { target: 'node-1' })).error).toBeNull()
    expect(await world.looks()).toEqual(before)
    expect((await act('config.rollback', { target: 'node-2' })).error).toMatchObject({ type: 'refused' })
  })
})

describe('logs.collect', () => {
  test('it answers the last lines, and how it was cut', async () => {
    await mkdir(world.stateFolder, { recursive: true })
    const lines = Array.from({ length: 50 }, (_, line) => `line ${line}`)
    await appendFile(join(world.stateFolder, 'node-1.log'), `${lines.join('\n')}\n`)
    const { output } = await act('logs.collect', { target: 'node-1', lines: 2 })
    expect(output).toMatchObject({ nodes: [{ node: 'node-1', lines: ['line 48', 'line 49'], truncated: true }] })
  })

  test('a link that leads out of the folder is not followed', async () => {
    await symlink('/etc/hostname', join(world.stateFolder, 'node-1.log'))
    const { error } = await act('logs.collect', { target: 'node-1' })
    expect(error?.message).toContain('lies outside')
  })
})

describe('http', () => {
  test('a private address is refused where nothing allows it', async () => {
    const { error } = await act('http.get', { url: 'http://127.0.0.1:9/' })
    expect(error).toMatchObject({ type: 'refused' })
  })

  test('a secret reaches the target and nobody else', async () => {
    const headers = { authorization: 'Bearer secret://file/token' }
    const { output } = await act('http.get', { url: `${world.sinkAddress}/x`, headers })
    expect(output).toMatchObject({ json: { auth: 'Bearer [secret file/token]' } })
  })

  test('a POST carries its key', async () => {
    const call = callOf({ url: `${world.sinkAddress}/x`, body: { a: 1 } })
    await run(world.activities, 'http.post', call)
    expect(world.ledger).toEqual([{ path: '/x', key: encodeURIComponent(call.idempotencyKey), body: '{"a":1}' }])
  })

  test.each([
    ['/status/404', 'rejected'],
    ['/status/503', 'uncertain'],
    ['/status/429', 'unavailable'],
  ])('a POST that is answered by %s is %s', async (path, code) => {
    const { error } = await act('http.post', { url: `${world.sinkAddress}${path}` })
    expect(error).toMatchObject({ type: code, nonRetryable: true })
  })

  test('a POST that is never answered is uncertain', async () => {
    const { error } = await act('http.post', { url: `${world.sinkAddress}/silent`, timeout: 200 })
    expect(error).toMatchObject({ type: 'uncertain', nonRetryable: true })
  })

  test('a POST to a closed port did not happen, and says so', async () => {
    const { error } = await act('http.post', { url: world.nodes[0]?.address ?? '' })
    expect(error).toMatchObject({ type: 'unavailable', nonRetryable: true })
  })
})
