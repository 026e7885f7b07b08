import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { TASK_QUEUE } from '../../src/plan/ids.ts'
import { freePort } from '../../src/config/free-port.ts'
import { connectEngine } from '../../src/temporal/connect-engine.ts'
import type { Engine } from '../../src/temporal/engine.ts'
import { describeWithTemporal, startTestServer, temporalCli, type TestServer } from '../temporal-server.ts'

const run = promisify(execFile)

const inventory = {
  version: 1,
  groups: [],
  acceptance: false,
  clusters: [
    {
      name: 'lab',
      services: [],
      nodes: [
        { name: 'node-1', spare: false },
        { name: 'node-6', spare: true },
      ],
    },
  ],
} as unknown as Inventory

describeWithTemporal('the engine over a real server', () => {
  let server: TestServer
  let engine: Engine
  let client: Client
  let worker: Worker
  let working: Promise<void>

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) })
    server = await startTestServer()
    engine = await connectEngine({
      temporal: { address: server.address, namespace: server.namespace, external: false },
      inventory: () => inventory,
    })
    client = new Client({ connection: await Connection.connect({ address: server.address }) })
    const workflowBundle = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('engine-workflows.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR', () => undefined),
    })
    const connection = await NativeConnection.connect({ address: server.address })
    worker = await Worker.create({
      connection,
      taskQueue: TASK_QUEUE,
      workflowBundle,
      stickyQueueScheduleToStartTimeout: '1s',
    })
    working = worker.run()
  })
  afterAll(async () => {
    worker.shutdown()
    await working
    await engine.close()
    await client.connection.close()
    await server.stop()
  })

  const start = (workflowId: string, script: object, type = 'single-node-recovery') =>
    client.workflow.start(type, { workflowId, taskQueue: TASK_QUEUE, args: [script] })
  const eventually = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 10_000, interval: 50 })

  test('runs are listed newest first, and filtered by what they write of themselves', async () => {
    await start('single-node-recovery/a/1', { target: 'a', hold: false })
    await start("single-node-recovery/it's/2", { target: "it's' OR PhixTarget = 'a", hold: true })
    await eventually(async () => {
      const runs = await engine.listRuns({})
      expect(runs.map(({ workflowId, status }) => [workflowId, status])).toEqual([
        ["single-node-recovery/it's/2", 'open'],
        ['single-node-recovery/a/1', 'completed'],
      ])
    })
    const targets = async (filter: Parameters<Engine['listRuns']>[0]): Promise<string[]> =>
      (await engine.listRuns(filter)).map(({ target }) => target)
    await eventually(async () => {
      expect(await targets({ waiting: true })).toEqual(["it's' OR PhixTarget = 'a"])
      expect(await targets({ target: "it's' OR PhixTarget = 'a" })).toHaveLength(1)
    })
    expect(await targets({ open: false })).toEqual(['a'])
    expect(await targets({ cluster: 'lab', runbook: 'single-node-recovery', limit: 1 })).toHaveLength(1)
    expect(await targets({ cluster: "lab' OR '1' = '1" })).toEqual([])
  })

  test('a run is found by its id or by a beginning that only it has', async () => {
    await start('split-brain/lab/x1', { target: 'lab', hold: false }, 'split-brain')
    await start('split-brain/lab/x2', { target: 'lab', hold: false }, 'split-brain')
    expect((await engine.findRun('split-brain/lab/x1')).runbook).toBe('split-brain')
    await eventually(async () => expect((await engine.findRun('split-brain/lab/x2')).status).toBe('completed'))
    await eventually(() =>
      expect(engine.findRun('split-brain')).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/2 runs begin with `split-brain`.*x1/) as string,
      }),
    )
    await expect(engine.findRun('nothing-like-it')).rejects.toMatchObject({ kind: 'not-found' })
    await expect(engine.findRun('')).rejects.toMatchObject({ kind: 'not-found' })
  })

  test('a verb that the run refuses carries the run’s own sentence; one that it takes ends the wait', async () => {
    const id = 'single-node-recovery/gate/1'
    await start(id, { target: 'gate', hold: true })
    await expect(engine.say(id, 'approve', { by: 'mallory' })).rejects.toMatchObject({
      kind: 'refused',
      message: '`mallory` may not approve this',
    })
    expect(await engine.runResult(id)).toBeNull()
    expect(await engine.runState(id)).toMatchObject({ target: 'gate' })
    await engine.say(id, 'approve', { by: 'anna' })
    await client.workflow.getHandle(id).result()
    expect(await engine.runResult(id)).toMatchObject({ outcome: 'effective' })
    await expect(engine.say(id, 'approve', { by: 'anna' })).rejects.toMatchObject({ kind: 'refused' })
  })

  test('what is too large is refused before it is sent', async () => {
    const value = 'x'.repeat(3_000_000)
    await expect(engine.say('any', 'supply', { by: 'anna', value })).rejects.toMatchObject({ kind: 'too-large' })
  })

  test('a run whose workflow task fails is told as stuck', async () => {
    const handle = await start('single-node-recovery/bug/1', { target: 'bug', hold: true, failsItsTask: true })
    await eventually(() =>
      expect(engine.runState('single-node-recovery/bug/1')).rejects.toMatchObject({ kind: 'stuck' }),
    )
    await handle.terminate()
    await eventually(async () =>
      expect((await engine.findRun('single-node-recovery/bug/1')).outcome).toBe('terminated'),
    )
  })

  test('a detector is started once, told its nodes, and asked', async () => {
    expect(await engine.detector.state('lab')).toBeNull()
    await expect(engine.detector.observe('lab', [])).resolves.toBeUndefined()
    const request = { runbook: 'r', inputs: {}, by: 'anna', requestId: 'q1' }
    await expect(engine.detector.start('lab', request)).rejects.toMatchObject({ kind: 'not-found' })
    expect(await Promise.all([engine.ensureDetector('lab'), engine.ensureDetector('lab')])).toContain(false)
    expect(await engine.ensureDetector('lab')).toBe(false)
    await engine.detector.start('lab', request)
    await engine.detector.start('lab', request)
    const many = Array.from({ length: 2000 }, (_, at) => ({
      ...{ kind: 'verdict', target: 'node-1', verdict: 'healthy', phi: 0, confirmed: true, evidence: 'e' },
      at,
    })) as Parameters<Engine['detector']['observe']>[1]
    await engine.detector.observe('lab', many)
    const state = (await engine.detector.state('lab')) as unknown as {
      targets: object
      seen: object[]
      starts: string[]
    }
    expect(state.starts).toEqual(['q1'])
    expect(state.seen).toEqual(many)
    expect(state.targets).toEqual([
      { name: 'node-1', desired: 'serving' },
      { name: 'node-6', desired: 'spare' },
    ])
    await expect(engine.ensureDetector('elsewhere')).rejects.toMatchObject({ kind: 'not-found' })
    expect((await engine.listRuns({})).map(({ runbook }) => runbook)).not.toContain('detector')
  })

  test('the follower answers the first run that is really closed, not one that was reset', async () => {
    const reset = await start('follow/reset/1', { target: 'reset', hold: true })
    const other = await start('follow/other/1', { target: 'other', hold: true })
    const open = [reset, other].map((handle) => ({ workflowId: handle.workflowId, runId: handle.firstExecutionRunId }))
    await engine.runState(reset.workflowId)
    const first = engine.follower.firstClosed(open, new AbortController().signal)
    const which = [
      '--workflow-id',
      reset.workflowId,
      '--event-id',
      '4',
      '--reason',
      'test',
      '--address',
      server.address,
    ]
    await run(temporalCli ?? '', ['workflow', 'reset', ...which])
    await engine.say(other.workflowId, 'approve', { by: 'anna' })
    expect(await first).toMatchObject({
      workflowId: 'follow/other/1',
      status: 'COMPLETED',
      result: { outcome: 'effective' },
    })

    const second = engine.follower.firstClosed(open.slice(0, 1), new AbortController().signal)
    await client.workflow.getHandle(reset.workflowId).terminate()
    const report = await second
    expect(report).toMatchObject({ workflowId: 'follow/reset/1', status: 'TERMINATED', result: null })
    expect(report.runId).not.toBe(reset.firstExecutionRunId)
  })

  test('the follower ends when it is told to, and says GONE of what nobody knows', async () => {
    const held = await start('follow/held/1', { target: 'held', hold: true })
    const ending = new AbortController()
    const followed = engine.follower.firstClosed(
      [{ workflowId: held.workflowId, runId: held.firstExecutionRunId }],
      ending.signal,
    )
    ending.abort(new Error('enough'))
    await expect(followed).rejects.toThrow('enough')
    const runId = '11111111-1111-4111-8111-111111111111'
    const gone = await engine.follower.firstClosed([{ workflowId: 'never/was/1', runId }], new AbortController().signal)
    expect(gone.status).toBe('GONE')
  })

  test('the server is killed and comes back: calls say unreachable, then the same engine goes on', async () => {
    const id = 'single-node-recovery/outage/1'
    const handle = await start(id, { target: 'outage', hold: true })
    const followed = engine.follower.firstClosed(
      [{ workflowId: id, runId: handle.firstExecutionRunId }],
      new AbortController().signal,
    )
    await engine.runState(id)
    await server.kill()
    await expect(engine.listRuns({})).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining(server.address) as string,
    })
    expect(await engine.health()).toMatchObject({ server: null, workers: 0 })
    await server.restart()
    await eventually(async () => expect((await engine.findRun(id)).status).toBe('open'))
    await eventually(() => engine.say(id, 'approve', { by: 'anna' }))
    expect(await followed).toMatchObject({ workflowId: id, status: 'COMPLETED' })
    expect(await engine.health()).toMatchObject({ workers: 1, problem: null })
  }, 60_000)

  test('an address where nobody listens is unreachable within the deadline', async () => {
    const address = `127.0.0.1:${await freePort()}`
    const lost = await connectEngine({
      temporal: { address, namespace: 'default', external: false },
      inventory: () => inventory,
    })
    await expect(lost.findRun('x')).rejects.toMatchObject({ kind: 'unreachable' })
    await lost.close()
  })

  test('a namespace that is not there is refused by name', async () => {
    const temporal = { address: server.address, namespace: 'nowhere', external: false }
    const lost = await connectEngine({ temporal, inventory: () => inventory })
    await expect(lost.listRuns({})).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('`nowhere`') as string,
    })
    await lost.close()
  })
})
