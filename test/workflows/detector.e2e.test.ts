import { randomUUID } from 'node:crypto'
import { defineSearchAttributeKey } from '@temporalio/common'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGuardState } from '../../src/guard/state.ts'
import { detectorId, episodeFrom, TASK_QUEUE } from '../../src/plan/ids.ts'
import type { Json } from '../../src/plan/json.ts'
import { resultOf } from '../guard/cases.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { startDetectorBench } from './detector-bench.ts'
import { clusterOf, nodeOf, recovery } from './stubs/lab-of-three.ts'

// What takes `node-3` out of the cluster leaves behind.
const left = [
  {
    stepId: 'out',
    title: 'Out',
    action: { name: 'node.mark', effect: 'change', idempotency: 'yes', attemptTimeoutMs: 1, heartbeatMs: 1 } as const,
    args: { node: 'node-3' },
    target: 'node-3',
  },
]
const markedFailed = { target: 'node-3', desired: 'failed', why: 'gone', key: 'k1' } as const

describeWithTemporal('a detector on a real server', () => {
  let bench: Awaited<ReturnType<typeof startDetectorBench>>
  beforeAll(async () => {
    bench = await startDetectorBench()
  })
  afterAll(() => bench?.stop())

  const request = (runbook = 'single-node-recovery', node = 'node-1') => ({
    runbook,
    inputs: { node },
    by: 'ada',
    requestId: randomUUID(),
  })
  /** What the watch tells of the inventory: its nodes, and whom to call. */
  const tellRoster = (cluster: string, names: readonly string[]) => {
    const nodes = names.map((name) => ({ name, spare: false }))
    const limits = { runsInFlight: 5, startsPerMinute: 10, override: null }
    const roster = { nodes, limits, page: ['night'] }
    return bench.engine.detector.observe(cluster, [{ kind: 'roster', at: Date.now(), roster }])
  }
  const openRun = async (cluster: string) =>
    (await bench.until(cluster, ({ open }) => open[0]?.runId !== undefined && open[0].runId !== '')).open[0]!

  test('a confirmed suspicion starts one run that says what it is; repetitions and an unconfirmed one start nothing', async () => {
    const lab = await bench.start('one')
    await bench.see(lab, 'node-3', 'suspect', false)
    await bench.see(lab, 'node-2', 'suspect')
    await bench.see(lab, 'node-2', 'suspect')
    await bench.see(lab, 'node-2', 'failed')
    const run = await openRun(lab)
    expect(run.workflowId).toMatch(/^single-node-recovery\/node-2\/[0-9a-z]+$/)
    const described = await bench.client.workflow.getHandle(run.workflowId).describe()
    expect(described.type).toBe('single-node-recovery')
    expect(described.memo).toMatchObject({ phixGrant: { workflowId: run.workflowId } })
    expect(await described.staticSummary()).toBe(`node-2: ${recovery.summary}`)
    expect(await described.staticDetails()).toContain('started by the detector (verdict: `node-2` is suspect')
    const { currentDetails } = await bench.client.workflow
      .getHandle(detectorId(lab))
      .query<{ currentDetails: string }>('__temporal_workflow_metadata')
    expect(currentDetails).toMatch(new RegExp(`\\| ${run.workflowId}\\W+node-2`))
    await bench.finish(run.workflowId, resultOf('effective'))
    await bench.until(lab, ({ open }) => open.length === 0)
    expect((await bench.decisions(lab)).map(({ kind }) => kind)).toEqual(['started'])
    expect(bench.journal.records.size).toBeGreaterThanOrEqual(2)
  })

  test('a person asks and is answered with the run; a second is refused while the first holds the lock; one request is one run', async () => {
    const lab = await bench.start('two')
    const asked = request()
    const first = await bench.engine.detector.start(lab, asked)
    const again = await bench.engine.detector.start(lab, asked)
    const second = await bench.engine.detector.start(lab, request())
    expect(first).toMatchObject({ decision: { kind: 'started' }, runId: expect.stringMatching(/-/) as string })
    expect(again.workflowId).toBe(first.workflowId)
    expect(second.decision).toMatchObject({ kind: 'refused', reason: 'locked', workflowId: first.workflowId })
    await bench.finish(first.workflowId!, resultOf('effective'))
    await bench.until(lab, ({ open }) => open.length === 0)
    expect((await bench.engine.detector.start(lab, request())).decision.kind).toBe('started')
  })

  test.each([
    [{ node: 'node-9' }, 'The cluster `three` has no node `node-9` in the inventory.'],
    [{}, 'The input `node` (node) is missing.'],
    [{ node: 'node-1', speed: 3 }, 'There is no input `speed`; the runbook has `node`.'],
  ])('inputs that do not fit are refused in words: %j', async (inputs, sentence) => {
    const lab = (await bench.engine.detector.state('three')) === null ? await bench.start('three') : 'three'
    const { decision } = await bench.engine.detector.start(lab, { ...request(), inputs })
    expect(decision).toMatchObject({ kind: 'refused', reason: 'bad-inputs' })
    expect(decision.message).toContain(sentence)
  })

  test('a run that was started past it gets its leave where the lock is free, else is refused', async () => {
    const lab = await bench.start('four')
    const ask = (workflowId: string) =>
      bench.engine.detector.grant(lab, {
        workflowId,
        runId: randomUUID(),
        runbook: 'single-node-recovery',
        planHash: 'x',
        target: 'node-1',
        lock: 'node-1',
        guard: recovery.guard,
        startedBy: { kind: 'person', name: 'ada' },
      })
    await bench.client.workflow.start('by-hand', { workflowId: 'by-hand-1', taskQueue: TASK_QUEUE, args: [{}] })
    expect(await ask('by-hand-1')).toMatchObject({ granted: true })
    expect(await ask('by-hand-2')).toMatchObject({ granted: false, reason: 'locked' })
    await bench.finish('by-hand-1', resultOf('effective'))
    await bench.until(lab, ({ open }) => open.length === 0)
    expect(await ask('by-hand-2')).toMatchObject({ granted: true })
  })

  test('a freeze holds people and triggers at once, pauses what is in flight, and a thaw lets both go on; all is in the journal', async () => {
    const lab = await bench.start('frozen')
    await bench.see(lab, 'node-2', 'suspect')
    const run = await openRun(lab)
    const said = { by: 'grace', why: 'migration', requestId: randomUUID() }
    const freeze = { ...said, kind: 'freeze', forMs: 600_000, inFlight: true } as const
    const reply = await bench.engine.detector.command(lab, freeze)
    expect(reply.changed).toBe(true)
    expect(await bench.engine.detector.command(lab, freeze)).toEqual(reply)
    expect((await bench.engine.detector.start(lab, request())).decision).toMatchObject({
      kind: 'refused',
      reason: 'frozen',
    })
    await bench.see(lab, 'node-3', 'failed')
    await bench.until(lab, ({ decisions }) => decisions.at(-1)?.target === 'node-3')
    expect((await bench.state(lab)).decisions.at(-1)).toMatchObject({ kind: 'held', reason: 'frozen' })
    const overridden = await bench.engine.detector.start(lab, { ...request(), overrideFreeze: 'customer down' })
    expect(overridden.decision).toMatchObject({ kind: 'started' })
    const thaw = { by: 'ada', why: 'done', requestId: randomUUID(), kind: 'thaw' } as const
    await bench.engine.detector.command(lab, thaw)
    await bench.until(lab, ({ open }) => open.some(({ target }) => target === 'node-3'))
    const signals = ((await bench.client.workflow.getHandle(run.workflowId).fetchHistory()).events ?? []).flatMap(
      ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName ?? [],
    )
    expect(signals).toEqual(['pause', 'resume'])
    const wrong = { ...said, requestId: randomUUID(), kind: 'freeze', forMs: -1, inFlight: true } as const
    await expect(bench.engine.detector.command(lab, wrong)).rejects.toThrow()
    const audits = [...bench.journal.records.values()].filter(
      ({ kind, cluster }) => kind === 'audit' && cluster === lab,
    )
    expect(audits.map(({ body }) => (body as { what: string }).what)).toEqual(['freeze', 'thaw'])
  })

  test('a terminated run frees its lock after its last activity can no longer act, and asks for a person', async () => {
    const lab = await bench.start('five')
    await tellRoster(lab, ['node-1', 'node-2'])
    await bench.see(lab, 'node-2', 'suspect')
    const run = await openRun(lab)
    await bench.client.workflow.getHandle(run.workflowId).terminate('for the test')
    const after = await bench.until(lab, ({ open }) => open.length === 0)
    expect(after.decisions.at(-1)).toMatchObject({ kind: 'held', reason: 'needs-human', workflowId: run.workflowId })
    await bench.until(lab, () => bench.pages.some((page) => page.startsWith('night') && page.includes(run.workflowId)))
    expect(after.targets['node-2']?.cooldownUntil).not.toBeNull()
  })

  test('a reset run keeps its lock, and frees it when the new run closes', async () => {
    const lab = await bench.start('six')
    const { workflowId, runId } = await bench.engine.detector.start(lab, request())
    await bench.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId, runId },
      reason: 'for the test',
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
    })
    expect((await bench.engine.detector.start(lab, request())).decision).toMatchObject({
      kind: 'refused',
      reason: 'locked',
    })
    await bench.finish(workflowId!, resultOf('effective'))
    await bench.until(lab, ({ open }) => open.length === 0)
  })

  test('continue-as-new with open runs neither loses nor doubles one: closed, terminated and reset runs are seen afterwards', async () => {
    const lab = await bench.start('seven', { eventsBeforeContinue: 70 })
    const before = (await bench.client.workflow.getHandle(detectorId(lab)).describe()).runId
    const asked = []
    for (const node of ['node-1', 'node-2', 'node-3'])
      asked.push(await bench.engine.detector.start(lab, request('single-node-recovery', node)))
    let now = before
    for (let count = 0; count < 60 && now === before; count++) {
      await bench.see(lab, 'node-1', count % 2 ? 'healthy' : 'suspect', false)
      now = (await bench.client.workflow.getHandle(detectorId(lab)).describe()).runId
    }
    const endAt = Date.now() + 15_000
    while (now === before && Date.now() < endAt)
      now = (await bench.client.workflow.getHandle(detectorId(lab)).describe()).runId
    expect(now).not.toBe(before)
    expect((await bench.state(lab)).open).toHaveLength(3)
    expect((await bench.engine.detector.start(lab, request())).decision).toMatchObject({ reason: 'locked' })
    const [first, second, third] = asked.map(({ workflowId }) => workflowId!)
    await bench.finish(first!, resultOf('effective'))
    await bench.until(lab, ({ open }) => open.length === 2)
    await bench.client.workflow.getHandle(second!).terminate('for the test')
    await bench.until(lab, ({ open }) => open.length === 1)
    await bench.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: third!, runId: asked[2]!.runId! },
      reason: 'for the test',
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
    })
    expect((await bench.engine.detector.start(lab, request('single-node-recovery', 'node-3'))).decision).toMatchObject({
      reason: 'locked',
    })
    await bench.finish(third!, resultOf('effective'))
    await bench.until(lab, ({ open }) => open.length === 0)
    const ids = (await bench.decisions(lab))
      .filter(({ kind }) => kind === 'started')
      .map(({ workflowId }) => workflowId)
    expect(new Set(ids).size).toBe(ids.length)
    const warm = bench.watches.filter(({ cluster }) => cluster === lab)
    expect(warm.at(-1)?.checkpoint).not.toBeNull()
  }, 60_000)

  test('a node that was marked failed and answers again is brought back with what the run had left', async () => {
    const lab = await bench.start('eight')
    await bench.see(lab, 'node-3', 'failed')
    const run = await openRun(lab)
    expect(await bench.engine.detector.mark(lab, markedFailed)).toEqual({ before: 'serving' })
    expect(await bench.engine.detector.mark(lab, markedFailed)).toEqual({ before: 'serving' })
    await bench.finish(run.workflowId, resultOf('effective', left))
    await bench.until(lab, ({ open, targets }) => open.length === 0 && targets['node-3']?.undoLater.length === 1)
    await bench.see(lab, 'node-3', 'healthy')
    const back = await openRun(lab)
    expect(back.runbook).toBe('return-to-service')
    const history = await bench.client.workflow.getHandle(back.workflowId).fetchHistory()
    const payload = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data
    expect(JSON.parse(Buffer.from(payload as Uint8Array).toString())).toMatchObject({
      left,
      startedBy: { kind: 'returned' },
    })
  })

  test('one that was terminated is followed by one that knows open runs, their locks, what was tried, and what nodes are meant to be', async () => {
    const cluster = clusterOf('reborn', { nodes: ['node-1', 'node-2', 'node-3', 'node-4'].map(nodeOf) })
    const lab = await bench.start('reborn', {}, cluster)
    await bench.see(lab, 'node-3', 'failed')
    const out = await openRun(lab)
    await bench.engine.detector.mark(lab, markedFailed)
    await bench.finish(out.workflowId, resultOf('effective', left))
    await bench.until(lab, ({ open }) => open.length === 0)
    await bench.see(lab, 'node-2', 'suspect')
    const healing = await openRun(lab)
    const closing = await bench.engine.detector.start(lab, request('single-node-recovery', 'node-4'))
    const past = 'single-node-recovery/node-1/by-hand'
    const input = {
      ...{ plan: recovery, planHash: 'x', inputs: {}, cluster: lab, target: 'node-1', trigger: {} },
      startedBy: { kind: 'person', name: 'ada' } as const,
    }
    const handle = await bench.client.workflow.start('single-node-recovery', {
      workflowId: past,
      taskQueue: TASK_QUEUE,
      args: [input],
      typedSearchAttributes: [{ key: defineSearchAttributeKey('PhixCluster', 'KEYWORD'), value: lab }],
    })
    const grantRequest = { workflowId: past, runId: handle.firstExecutionRunId, runbook: 'single-node-recovery' }
    await bench.engine.detector.grant(lab, {
      ...{ ...grantRequest, planHash: 'x', target: 'node-1', lock: 'node-1', guard: recovery.guard },
      startedBy: input.startedBy,
    })
    await bench.written(({ kind, workflowId }) => kind === 'decision' && workflowId === past)

    await bench.replace(lab, () => bench.finish(closing.workflowId!, resultOf('ineffective')))
    await bench.see(lab, 'node-2', 'suspect')
    await bench.see(lab, 'node-2', 'failed')
    const after = await bench.until(lab, ({ targets }) => targets['node-2']?.verdict === 'failed')
    expect(after.open.map(({ workflowId }) => workflowId)).toEqual(expect.arrayContaining([healing.workflowId, past]))
    expect(after.targets['node-3']).toMatchObject({ desired: 'failed', undoLater: left })
    for (const node of ['node-1', 'node-2'])
      expect((await bench.engine.detector.start(lab, request('single-node-recovery', node))).decision).toMatchObject({
        kind: 'refused',
        reason: 'locked',
      })
    const ended = await bench.written(({ kind, workflowId }) => kind === 'run' && workflowId === closing.workflowId)
    expect(ended.body).toMatchObject({ outcome: 'ineffective' })
    await bench.until(lab, ({ targets }) => (targets['node-4']?.cooldownUntil ?? 0) > Date.now())
    expect(await bench.engine.detector.mark(lab, markedFailed)).toEqual({ before: 'serving' })
    await bench.see(lab, 'node-3', 'healthy')
    await bench.until(lab, ({ open }) =>
      open.some(({ runbook, runId }) => runbook === 'return-to-service' && runId !== ''),
    )
    for (const endAt = Date.now() + 10_000; (await bench.runs(lab)).length < 5 && Date.now() < endAt;)
      await new Promise((resolve) => setTimeout(resolve, 100))
    // One start an episode (I2), one open run a lock (I1), seen from Temporal.
    const started = (await bench.runs(lab)).map((id) => id.split('/').slice(0, 2).join('/'))
    expect(started.toSorted()).toEqual([
      'return-to-service/node-3',
      ...['node-1', 'node-2', 'node-3', 'node-4'].map((node) => `single-node-recovery/${node}`),
    ])
  }, 60_000)

  test('a run that Temporal itself cancelled has the result that it left in its memo', async () => {
    const lab = await bench.start('cancelled')
    const { workflowId } = await bench.engine.detector.start(lab, request())
    await bench.client.workflow.getHandle(workflowId!).cancel()
    await bench.until(lab, ({ open }) => open.length === 0)
    const ended = await bench.written((record) => record.kind === 'run' && record.workflowId === workflowId)
    expect(ended.body).toMatchObject({ outcome: 'cancelled', result: { message: 'asked for in Temporal' } })
    expect(await bench.engine.runResult(workflowId!)).toMatchObject({ message: 'asked for in Temporal' })
  })

  test('an inventory that changed is told by its watch: a node that left is no target any more, pages go to the groups it names', async () => {
    const lab = await bench.start('changing')
    await tellRoster(lab, ['node-1', 'node-2', 'node-4'])
    const { targets } = await bench.until(lab, ({ targets: known }) => known['node-4'] !== undefined)
    expect(Object.keys(targets).toSorted()).toEqual(['node-1', 'node-2', 'node-4'])
    await bench.engine.detector.observe(lab, [{ kind: 'observer', at: Date.now(), trusted: false, evidence: 'alone' }])
    await bench.until(lab, ({ frozen }) => frozen === 'alone')
    await bench.until(lab, () => bench.pages.includes('night: `changing`: Verdicts are frozen: alone'))
  })

  test('a page for which the inventory names nobody is made all the same, and one that a channel did not take is delivered later', async () => {
    const lab = await bench.start('lonely')
    await bench.until(lab, ({ frozen }) => frozen === null)
    const because = 'channel down'
    await bench.engine.detector.observe(lab, [{ kind: 'observer', at: Date.now(), trusted: false, evidence: because }])
    const page = ': `lonely`: Verdicts are frozen: channel down'
    await bench.until(lab, () => bench.pages.filter((each) => each === page).length === 2)
    const deliveries = async (): Promise<string> => {
      const found: string[] = []
      for await (const { workflowId, status } of bench.client.workflow.list({ query: "WorkflowType = 'notification'" }))
        if (workflowId.startsWith('notification/lonely/')) found.push(status.name)
      return found.join()
    }
    await expect.poll(deliveries, { timeout: 15_000, interval: 100 }).toBe('COMPLETED')
  })

  test('words that are none of its own leave it as it is', async () => {
    const lab = await bench.start('deaf')
    const handle = bench.client.workflow.getHandle(detectorId(lab))
    for (const nonsense of [null, 7, 'x', {}, [null, 1, { kind: 'verdict', at: 1 }, { kind: 'roster', at: 1 }]])
      await handle.signal('observed', nonsense)
    for (const nonsense of [null, {}, { workflowId: 'w', result: { outcome: 'effective' } }])
      await handle.signal('ended', nonsense)
    for (const [update, nonsense] of [
      ['start', { ...request(), inputs: 'all' }],
      ['start', { ...request(), inputs: { text: 'x'.repeat(70_000) } }],
      ['mark', { target: 'node-1', desired: 'gone', key: 'k', why: '' }],
      ['grant', { workflowId: 'w', runId: 'r', runbook: 'b', target: 't' }],
    ] as const)
      await expect(handle.executeUpdate(update, { args: [nonsense] })).rejects.toThrow()
    await bench.see(lab, 'node-2', 'suspect')
    expect((await openRun(lab)).target).toBe('node-2')
    expect((await bench.decisions(lab)).map(({ kind }) => kind)).toEqual(['started'])
  })

  test.each(['open', 'closed'])(
    'a start whose id is taken by a run that is %s begins nothing, says so, and frees its lock when that has closed',
    async (how) => {
      const lab = `taken-${how}`
      const episode = 9_000_000_000_000
      const workflowId = `single-node-recovery/node-2/${episodeFrom(episode + 1)}`
      const taken = { workflowId, taskQueue: TASK_QUEUE, args: [{}] }
      const other = await bench.client.workflow.start('single-node-recovery', taken)
      if (how === 'closed') {
        await bench.finish(workflowId, resultOf('effective'))
        await other.result()
      }
      const guard = createGuardState(lab, [{ name: 'node-2', desired: 'serving' }])
      const node = { ...guard.targets['node-2']!, episode, observedAt: 1, verdict: 'healthy' as const }
      const state = { guard: { ...guard, targets: { 'node-2': node } }, records: [], learned: [], shards: 1 }
      await bench.start(lab, { state: state as unknown as Json })
      await bench.see(lab, 'node-2', 'suspect')
      await bench.until(lab, ({ decisions }) => decisions.some(({ reason }) => reason === 'already-there'))
      if (how === 'open') {
        expect((await bench.state(lab)).open).toMatchObject([{ workflowId, lock: 'node-2' }])
        await bench.finish(workflowId, resultOf('effective'))
      }
      await bench.until(lab, ({ open }) => open.length === 0)
      const described = await bench.client.workflow.getHandle(workflowId).describe()
      expect(described.runId).toBe(other.firstExecutionRunId)
    },
  )

  test('a start that Temporal cannot take frees its lock and leaves a decision', async () => {
    const lab = await bench.start('too-large')
    const { decision } = await bench.engine.detector.start(lab, request('too-large'))
    expect(decision).toMatchObject({ kind: 'refused', reason: 'not-started' })
    expect(decision.message).toContain('bytes; the limit is')
    expect((await bench.state(lab)).open).toEqual([])
    expect((await bench.engine.detector.start(lab, request())).decision.kind).toBe('started')
  })

  test('a journal that is away keeps no start waiting, and gets everything when it is back', async () => {
    const lab = await bench.start('nine')
    bench.journal.isDown = true
    const { decision, workflowId } = await bench.engine.detector.start(lab, request())
    expect(decision.kind).toBe('started')
    bench.journal.isDown = false
    const endAt = Date.now() + 10_000
    while (!bench.journal.records.has(`decision ${decision.id}`) && Date.now() < endAt)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect(bench.journal.records.get(`decision ${decision.id}`)).toMatchObject({ workflowId })
  })

  test('a journal that is away for long holds automatic starts, says so, and loses no decision', async () => {
    const lab = 'outage'
    const records = Array.from({ length: 1_800 }, (_, n) => ({
      ...{ id: `${lab}/${n}`, kind: 'decision', at: n, cluster: lab, target: null, workflowId: null },
      body: {},
    }))
    const guard = createGuardState(
      lab,
      clusterOf(lab).nodes.map(({ name }) => ({ name, desired: 'serving' })),
    )
    bench.journal.isDown = true
    await bench.start(lab, { state: { guard, records, learned: [], shards: 1 } as unknown as Json })
    await bench.engine.detector.mark(lab, { ...markedFailed, key: 'outage' })
    expect((await bench.until(lab, ({ frozen }) => frozen !== null)).frozen).toContain('the journal cannot be written')
    await bench.see(lab, 'node-2', 'suspect')
    await bench.until(lab, ({ decisions }) => decisions.at(-1)?.reason === 'journal-away')
    bench.journal.isDown = false
    await bench.until(lab, ({ open, frozen }) => frozen === null && open.length === 1, 60_000)
    await bench.written(({ body }) => (body as { reason?: string }).reason === 'journal-away')
    for (const { id } of records) expect(bench.journal.records.has(`decision ${id}`)).toBe(true)
  }, 90_000)
})
