// Runs of small plans on a real server: what they do, what they cost, what a person sees and may say.
import type { WorkflowHandle } from '@temporalio/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan, Step } from '../../src/plan/plan.ts'
import { readRunResult } from '../../src/plan/read-result.ts'
import type { Gate, RunInput, RunResult, RunState } from '../../src/plan/run.ts'
import { describeWithTemporal, startTestServer, type TestServer } from '../temporal-server.ts'
import {
  action,
  approve,
  block,
  byPerson,
  change,
  fail,
  forEach,
  inputOf,
  parallel,
  planOf,
  read,
  step,
} from './plans.ts'
import { eventually, startOf, startTestWorker, type TestWorker } from './test-worker.ts'

describeWithTemporal('a run of a runbook', () => {
  let server: TestServer
  let worker: TestWorker
  let number = 0
  beforeAll(async () => {
    server = await startTestServer()
    worker = await startTestWorker(server, 'phix-runbook-test')
  }, 90_000)
  afterAll(async () => {
    await worker.stop()
    await server.stop()
  })

  const start = (plan: Plan, more: Partial<RunInput> = {}): Promise<WorkflowHandle> => {
    worker.did.length = 0
    worker.calls.length = 0
    const workflowId = `${plan.name}/node-1/${++number}`
    return worker.client.workflow.start(plan.name, startOf(worker.taskQueue, workflowId, inputOf(plan, more)))
  }
  const run = async (
    plan: Plan,
    more: Partial<RunInput> = {},
  ): Promise<{ handle: WorkflowHandle; result: RunResult }> => {
    const handle = await start(plan, more)
    return { handle, result: (await handle.result()) as RunResult }
  }
  const eventsOf = async (handle: WorkflowHandle): Promise<readonly string[]> =>
    ((await handle.fetchHistory()).events ?? []).map((event) => String(event.eventType))
  const stateOf = (handle: WorkflowHandle): Promise<RunState> => handle.query<RunState>('state')
  const gateOf = (handle: WorkflowHandle): Promise<Gate> =>
    eventually('an open gate', async () => (await stateOf(handle)).gates[0])
  const vote = ({ id, snapshotHash }: Gate, by = 'ada'): { gate: string; hash: string; by: string } => ({
    gate: id,
    hash: snapshotHash.slice(0, 8),
    by,
  })
  const unverified = (steps: readonly Step[], more: Partial<Plan> = {}): Plan =>
    planOf(steps, { verify: null, ...more })
  const nodeReads = (count: number): Step[] => Array.from({ length: count }, (_, n) => read(`r${n}`))

  test('is effective when verify holds, and says what it left', async () => {
    const { handle, result } = await run(planOf([change('a')]))
    expect(result).toMatchObject({ outcome: 'effective', code: 'verified', failure: null })
    expect(result.left).toMatchObject([{ stepId: 'a', args: { of: 'a' } }])
    expect(worker.calls[0]?.idempotencyKey).toMatch(/^[0-9a-f-]{36}\/a$/)
    expect(worker.calls[0]?.run).toMatchObject({ workflowId: handle.workflowId, runbook: 'test-plan', stepId: 'a' })
    await eventually('the outcome as a search attribute', async () => {
      const { searchAttributes } = await handle.describe()
      return JSON.stringify(searchAttributes['PhixOutcome']) === '["effective"]'
    })
  })

  test('costs six events a step, and nothing for control flow', async () => {
    const bare = await eventsOf((await run(unverified(nodeReads(3)))).handle)
    const more = await eventsOf((await run(unverified(nodeReads(13)))).handle)
    expect(more.length - bare.length).toBe(60)
    const flow = unverified([
      step('set', 'v', { values: { n: { lit: 1 } } }),
      step('switch', 'sw', {
        cases: [{ when: 'steps.v.output.n == 1.0', steps: [read('r0')] }],
        otherwise: [],
        outputs: {},
      }),
      block('b', [read('r1'), read('skipped', { if: 'false' })]),
      step('repeat', 'again', { until: 'true', maxIterations: 3, everyMs: 0, steps: [read('r2')], outputs: {} }),
    ])
    expect((await eventsOf((await run(flow)).handle)).length).toBe(bare.length)
  })

  test('writes search attributes and memo at its start, its gates, its parked step and its end, and nowhere else', async () => {
    const ids = (name: string): string[] => Array.from({ length: 8 }, (_, n) => `${name}${n}`)
    const parked = change('bad', { action: action('test.fail'), onFailure: 'park' })
    const steps = [...ids('r').map((id) => read(id)), approve('ok'), ...ids('c').map((id) => change(id)), parked]
    const handle = await start(unverified([...steps, ...ids('t').map((id) => read(id))]))
    await handle.executeUpdate('approve', { args: [vote(await gateOf(handle))] })
    const atBad = await eventually('the parked step', async () =>
      (await stateOf(handle)).gates.find(({ id }) => id.startsWith('bad')),
    )
    await handle.executeUpdate('skip', { args: [vote(atBad)] })
    expect(await handle.result()).toMatchObject({ outcome: 'effective' })
    const places = ((await handle.fetchHistory()).events ?? []).flatMap((event) => {
      if (event.upsertWorkflowSearchAttributesEventAttributes) return ['attributes']
      if (event.workflowPropertiesModifiedEventAttributes) return ['memo']
      if (event.workflowExecutionCompletedEventAttributes) return ['end']
      const verb = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name
      return verb ?? event.activityTaskScheduledEventAttributes?.activityId ?? []
    })
    expect(places).toEqual([
      ...['attributes', ...ids('r')],
      ...['attributes', 'memo', 'approve', 'attributes', 'memo', ...ids('c'), 'bad'],
      ...['attributes', 'memo', 'skip', 'attributes', 'memo', ...ids('t')],
      ...['attributes', 'end'],
    ])
  })

  test('shows titles on the timeline, and the step table in the current details', async () => {
    const handle = await start(unverified([read('look'), approve('ok')]))
    const gate = await gateOf(handle)
    const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')
    expect(metadata.currentDetails).toMatch(/\| ✓.completed\W+Title of look\W+\d+\.\d s/)
    expect(metadata.currentDetails).toContain(
      `phix approve ${handle.workflowId} --gate ok --hash ${gate.snapshotHash.slice(0, 8)}`,
    )
    const { events } = await handle.fetchHistory()
    const summaries = (events ?? []).map((event) => Buffer.from(event.userMetadata?.summary?.data ?? []).toString())
    expect(summaries).toContain('"Title of look"')
    expect(summaries).toContain('"Waits for a person: Title of ok"')
    await handle.executeUpdate('approve', { args: [vote(gate)] })
    expect(await handle.result()).toMatchObject({ outcome: 'effective' })
  })

  test('is approved by a signal as well, and a refused one leaves a note', async () => {
    const handle = await start(unverified([approve('ok'), change('a')]))
    const gate = await gateOf(handle)
    await handle.signal('approve', { ...vote(gate), hash: '00000000' })
    await eventually('a note', async () =>
      (await stateOf(handle)).notes.find(({ text }) => text.startsWith('refused approve')),
    )
    await handle.signal('approve', vote(gate))
    expect(await handle.result()).toMatchObject({ outcome: 'effective' })
    expect(worker.did).toEqual(['a test.change {"of":"a"}'])
  })

  test('refuses a wrong vote with a sentence and without an event', async () => {
    const handle = await start(unverified([approve('ok')]), byPerson)
    const gate = await gateOf(handle)
    const before = (await eventsOf(handle)).length
    const wrong: [unknown, RegExp][] = [
      [{ ...vote(gate), by: '' }, /must say who speaks/],
      [{ ...vote(gate), gate: 'other' }, /no gate `other`/],
      [{ ...vote(gate), hash: gate.snapshotHash.slice(0, 7) }, /first 8 characters/],
      [{ ...vote(gate), hash: 'deadbeef' }, /look at it again/],
      [vote(gate, 'grace'), /does not count/],
      ['approve', /takes one object/],
    ]
    for (const [message, sentence] of wrong) {
      const said = await handle.executeUpdate('approve', { args: [message] }).catch((error: Error) => error)
      expect((said as Error).cause).toMatchObject({
        type: 'refused',
        message: expect.stringMatching(sentence) as string,
      })
    }
    expect((await eventsOf(handle)).length).toBe(before)
    await handle.executeUpdate('reject', { args: [vote(gate)] })
    expect(await handle.result()).toMatchObject({ outcome: 'rejected', code: 'rejected' })
  })

  test('takes back what it did when a person cancels it', async () => {
    const handle = await start(unverified([change('a'), approve('ok')]))
    await gateOf(handle)
    await handle.executeUpdate('cancel', { args: [{ by: 'ada', why: 'wrong node' }] })
    expect(await handle.result()).toMatchObject({
      outcome: 'cancelled',
      left: [],
      message: 'ada cancelled the run: wrong node',
    })
    expect(worker.did).toEqual(
      ['a test.change {"of":"a"}', 'a test.change {"of":"a"}'].slice(0, 1).concat('undo/a#1 test.undo {"of":"a"}'),
    )
  })

  test('holds before its next step when a person pauses it, goes on when it is let go, and both are recorded', async () => {
    const handle = await start(unverified([approve('ok'), change('a')]))
    const gate = await gateOf(handle)
    await handle.executeUpdate('pause', { args: [{ by: 'ada', why: 'let me look' }] })
    await handle.executeUpdate('approve', { args: [vote(gate, 'bob')] })
    await eventually('the pause alone', async () => (await stateOf(handle)).gates.length === 0)
    expect((await stateOf(handle)).pauses).toMatchObject([{ by: 'ada', hold: 'person' }])
    expect(worker.did).toEqual([])
    await handle.signal('resume', { by: 'bob' })
    expect(await handle.result()).toMatchObject({ outcome: 'effective' })
    expect(worker.did).toHaveLength(1)
    const words = worker.recorded.filter(({ workflowId }) => workflowId === handle.workflowId)
    expect(words.map(({ kind, body }) => [kind, (body as { what: string }).what])).toEqual([
      ['audit', 'pause'],
      ['audit', 'resume'],
    ])
  })

  test('a pause holds the run that is a step of the paused one, too, and its end lets go of both', async () => {
    const sub = { ...unverified([approve('ok'), change('in')]), name: 'test-sub' }
    const handle = await start(unverified([step('run', 'sub', { plan: sub, with: {} }), change('after')]))
    const child = worker.client.workflow.getHandle(`${handle.workflowId}/sub`)
    const gate = await eventually('the gate of the child', async () => (await stateOf(child)).gates[0])
    await handle.executeUpdate('pause', { args: [{ by: 'ada', why: 'let me look' }] })
    await eventually('the child on hold', async () => (await stateOf(child)).pauses?.length === 1)
    expect((await stateOf(child)).pauses).toMatchObject([{ by: 'ada', why: 'let me look', hold: 'person' }])
    expect((await stateOf(child)).pauses?.[0]?.until).toBe((await stateOf(handle)).pauses?.[0]?.until)
    await child.executeUpdate('approve', { args: [vote(gate, 'bob')] })
    await eventually('the pause alone', async () => (await stateOf(child)).gates.length === 0)
    expect(worker.did).toEqual([])
    await handle.executeUpdate('resume', { args: [{ by: 'ada' }] })
    expect(await handle.result()).toMatchObject({ outcome: 'effective' })
    expect(worker.did).toHaveLength(2)
  })

  test('refuses to let go what is not paused', async () => {
    const handle = await start(unverified([approve('ok')]))
    await gateOf(handle)
    await expect(handle.executeUpdate('resume', { args: [{ by: 'ada' }] })).rejects.toThrow()
    await handle.executeUpdate('cancel', { args: [{ by: 'ada' }] })
    await handle.result()
  })

  test("is shown as Cancelled after Temporal's own cancel, undone, with its result in the memo", async () => {
    const handle = await start(unverified([change('a'), change('b', { action: action('test.slow') })]))
    await eventually('the first change', async () => worker.did.length === 1)
    await handle.cancel()
    await expect(handle.result()).rejects.toThrow()
    const { status, memo } = await handle.describe()
    expect(status.name).toBe('CANCELLED')
    expect(readRunResult({ status: status.name, memo })).toMatchObject({ outcome: 'cancelled', left: [] })
    expect(worker.did.at(-1)).toBe('undo/a#1 test.undo {"of":"a"}')
  })

  test('a change that ended well in spite of the cancel is taken back', async () => {
    const handle = await start(unverified([change('a', { action: action('test.late') })]))
    await eventually('the running step', async () =>
      (await stateOf(handle)).steps.find(({ status }) => status === 'running'),
    )
    await handle.executeUpdate('cancel', { args: [{ by: 'ada' }] })
    expect(await handle.result()).toMatchObject({ outcome: 'cancelled', left: [] })
    expect(worker.did).toEqual(['a test.late {"of":"a"}', 'undo/a#1 test.undo {"of":"a"}'])
  })

  test('fails with the code and detail of its action, after undo, and completes all the same', async () => {
    const { handle, result } = await run(unverified([change('a'), change('b', { action: action('test.fail') })]))
    expect(result).toMatchObject({ outcome: 'failed', code: 'rejected', left: [] })
    expect(result.failure).toMatchObject({ message: 'the disk is full', detail: { free: 0 } })
    expect((await handle.describe()).status.name).toBe('COMPLETED')
  })

  test('retries what is unavailable by itself, at no event', async () => {
    const retry = { attempts: 3, backoffMs: 20, factor: 1, jitter: 0, capMs: null, budgetMs: null, on: null }
    const { handle, result } = await run(unverified([change('a', { action: action('test.flaky'), retry })]))
    expect(result.outcome).toBe('effective')
    const plain = await eventsOf((await run(unverified([change('a')]))).handle)
    expect((await eventsOf(handle)).length).toBe(plain.length)
  })

  test('a lost `no` action is uncertain: it is asked about, and never tried again by itself', async () => {
    const lost = action('test.hang', { idempotency: 'no', heartbeatMs: 300 })
    const handle = await start(unverified([change('a', { action: lost })]))
    const gate = await gateOf(handle)
    expect(gate).toMatchObject({ kind: 'uncertain', verbs: ['retry', 'skip', 'supply'] })
    await handle.executeUpdate('supply', { args: [{ ...vote(gate), value: { done: true } }] })
    expect(await handle.result()).toMatchObject({ outcome: 'effective', left: [{ stepId: 'a' }] })
  })

  test('runs branches side by side and a child as one step, whose changes are its own to take back', async () => {
    const sub: Plan = { ...unverified([change('inside')]), name: 'test-sub' }
    const plan = unverified([
      parallel('p', [[change('a')], [forEach('each', ['x', 'y'], [change('b')], { concurrency: 2 })]]),
      step('run', 'sub', { plan: sub, with: {} }),
      fail('stop'),
    ])
    const { result } = await run(plan)
    expect(result).toMatchObject({ outcome: 'failed', left: [] })
    const undone = worker.did.filter((line) => line.includes('test.undo'))
    expect(undone).toHaveLength(4)
    expect(undone[0]).toBe('undo/inside#4 test.undo {"of":"inside"}')
  })

  test('asks for leave where none came with the start, and ends refused without it', async () => {
    const input = inputOf(unverified([change('a')]))
    const ask = async (): Promise<RunResult> =>
      (await worker.client.workflow.execute('test-plan', {
        taskQueue: worker.taskQueue,
        workflowId: `test-plan/past/${++number}`,
        args: [input],
      })) as RunResult
    worker.did.length = 0
    worker.granted = false
    expect(await ask()).toMatchObject({ outcome: 'refused', code: 'locked' })
    expect(worker.did).toEqual([])
    worker.granted = true
    expect(await ask()).toMatchObject({ outcome: 'effective' })
  })

  test('refuses a plan that was changed after its review, and a type that is not its own', async () => {
    const input = inputOf(unverified([change('a')]))
    const execute = (type: string, args: RunInput): Promise<unknown> => {
      const workflowId = `${type}/bad/${++number}`
      return worker.client.workflow.execute(type, startOf(worker.taskQueue, workflowId, args))
    }
    const changed = { ...input, plan: { ...input.plan, steps: [] } }
    await expect(execute('test-plan', changed)).rejects.toMatchObject({ cause: { type: 'rejected' } })
    await expect(execute('other-plan', input)).rejects.toMatchObject({ cause: { type: 'rejected' } })
  })

  test('arguments that are too large fail their step as exhausted, never the workflow task', async () => {
    const huge = change('a', { with: { of: { lit: 'x'.repeat(70_000) } } })
    const { result } = await run(unverified([huge]))
    expect(result).toMatchObject({ outcome: 'failed', code: 'exhausted' })
    expect(worker.did).toEqual([])
  })

  test('tells the detector how it ended, where it was started past it', async () => {
    // Whoever holds the detector's id hears it; a run at a gate keeps what it cannot read.
    const plan = unverified([approve('ok')])
    const options = startOf(worker.taskQueue, 'detector/c1', inputOf(plan))
    const detector = await worker.client.workflow.start(plan.name, options)
    const workflowId = `test-plan/past/${++number}`
    const args: [RunInput] = [inputOf(unverified([change('a')]))]
    await worker.client.workflow.execute('test-plan', { taskQueue: worker.taskQueue, workflowId, args })
    await eventually('the signal `ended`', async () =>
      ((await detector.fetchHistory()).events ?? []).find(
        (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'ended',
      ),
    )
    await detector.terminate()
  })

  test('a run that is reset uses the same keys again, so that nothing is done twice', async () => {
    const handle = await start(unverified([change('a')]))
    await handle.result()
    const { events } = await handle.fetchHistory()
    const firstTask = (events ?? []).find((event) => event.workflowTaskCompletedEventAttributes)
    if (firstTask?.eventId === undefined) throw new Error('no workflow task was completed')
    const described = await handle.describe()
    await worker.client.workflowService.resetWorkflowExecution({
      namespace: server.namespace,
      workflowExecution: { workflowId: handle.workflowId, runId: described.runId },
      reason: 'test',
      requestId: `reset-${handle.workflowId}`,
      workflowTaskFinishEventId: firstTask.eventId,
    })
    await worker.client.workflow.getHandle(handle.workflowId).result()
    expect(worker.calls).toHaveLength(2)
    expect(new Set(worker.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test('continues as new before 500 steps, with everything it knows', async () => {
    const plan = unverified([
      change('first'),
      forEach(
        'each',
        Array.from({ length: 520 }, (_, n) => `n${n}`),
        [read('r')],
        { concurrency: 10 },
      ),
      change('last', { with: { of: { cel: 'steps.first.output.of' } } }),
      fail('stop'),
    ])
    const { handle, result } = await run(plan)
    expect(result).toMatchObject({ outcome: 'failed', left: [] })
    expect(worker.did.filter((line) => line.includes('test.read'))).toHaveLength(520)
    expect(new Set(worker.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(worker.calls.length)
    expect(worker.did.slice(-3)).toEqual([
      'last test.change {"of":"first"}',
      'undo/last#2 test.undo {"of":"first"}',
      'undo/first#1 test.undo {"of":"first"}',
    ])
    const { raw } = await handle.describe()
    expect(raw.workflowExecutionInfo?.firstRunId).not.toBe(raw.workflowExecutionInfo?.execution?.runId)
  }, 60_000)

  test('continues as new before 4,096 events too, where few steps make many', async () => {
    const items = Array.from({ length: 500 }, (_, n) => n)
    const waits = ['a', 'b', 'c', 'd'].map((id) => step('wait', id, { for: { lit: 1 } }))
    const { handle, result } = await run(
      unverified([forEach('each', items, waits, { concurrency: 50 }), change('last')]),
    )
    expect(result).toMatchObject({ outcome: 'effective' })
    expect(worker.did).toEqual(['last test.change {"of":"last"}'])
    const { raw } = await handle.describe()
    const runId = raw.workflowExecutionInfo?.firstRunId ?? ''
    const first = await worker.client.workflow.getHandle(handle.workflowId, runId).fetchHistory()
    expect(first.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy()
    expect(first.events?.length).toBeGreaterThan(3_000)
    expect(first.events?.length).toBeLessThan(4_096)
  }, 60_000)

  test('of `automation: approve` changes nothing before a person approved what it shows', async () => {
    const handle = await start(unverified([read('look'), change('a')], { automation: 'approve' }))
    const gate = await gateOf(handle)
    expect(gate).toMatchObject({ id: 'run#approve', kind: 'approval' })
    expect(gate.message).toContain('`test.change` {"of":"a"}')
    expect(worker.did.map((line) => line.split(' ')[0])).toEqual(['look'])
    await handle.executeUpdate('approve', { args: [vote(gate)] })
    expect(((await handle.result()) as RunResult).outcome).toBe('effective')
    expect(worker.did.map((line) => line.split(' ')[0])).toEqual(['look', 'a'])
    const rejected = await start(unverified([change('a')], { automation: 'approve' }))
    await rejected.executeUpdate('reject', { args: [vote(await gateOf(rejected))] })
    expect((await rejected.result()) as RunResult).toMatchObject({ outcome: 'rejected', left: [] })
    expect(worker.did).toEqual([])
  })

  test('refuses to be supplied with what its step cannot put out, before that leaves an event', async () => {
    const output = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }
    const bad = change('bad', { action: action('test.fail', { output }), onFailure: 'park' })
    const handle = await start(unverified([bad]))
    const gate = await gateOf(handle)
    const before = (await eventsOf(handle)).length
    const wrong = handle.executeUpdate('supply', { args: [{ ...vote(gate), value: { n: 'many' } }] })
    await expect(wrong).rejects.toMatchObject({ cause: { message: expect.stringContaining('`value`') as string } })
    expect(await eventsOf(handle)).toHaveLength(before)
    await handle.executeUpdate('supply', { args: [{ ...vote(gate), value: { n: 3 } }] })
    expect(((await handle.result()) as RunResult).outcome).toBe('effective')
  })
})
