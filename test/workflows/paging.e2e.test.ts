// People are called on a real Temporal server, by the real activity, through a real HTTP receiver: again and again, one
// level up, and no more once somebody is on it.
import type { WorkflowHandle } from '@temporalio/client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createActivities } from '../../activities/create-activities.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { NotifySettings } from '../../src/inventory/notify-settings.ts'
import { RESOLVED_SIGNAL, type Gate, type NotifyForm, type RunState } from '../../src/plan/run.ts'
import { createWorld, type World } from '../activities/world/world.ts'
import { startHookReceiver } from '../notify/hook-receiver.ts'
import { describeWithTemporal, startTestServer, type TestServer } from '../temporal-server.ts'
import { action, change, inputOf, planOf, step } from './plans.ts'
import { eventually, startOf, startTestWorker, type TestWorker } from './test-worker.ts'

const SECOND = 1_000

describeWithTemporal('people who are called', () => {
  let server: TestServer
  let worker: TestWorker
  let world: World
  let hooks: Awaited<ReturnType<typeof startHookReceiver>>
  let settings: NotifySettings
  let number = 0
  beforeAll(async () => {
    hooks = await startHookReceiver()
    const contacts = [{ channel: 'pager', to: null }]
    settings = {
      channels: [{ kind: 'webhook', name: 'pager', url: hooks.url, secret: null }],
      people: ['ada', 'robin'].map((name) => ({ name, contacts })),
      levels: [
        { afterMs: 0, to: ['oncall'] },
        { afterMs: 2.5 * SECOND, to: ['senior'] },
      ],
      ...{ repeatMs: SECOND, repeats: 50, updateMs: 1.6 * SECOND, quietHours: null },
    }
    world = await createWorld()
    const groups = [
      { name: 'oncall', members: ['ada'] },
      { name: 'senior', members: ['robin'] },
    ]
    const inventory = (): Inventory => ({ ...world.inventory, groups, notify: settings })
    const { notify } = createActivities({ ...world.deps, inventory })
    if (notify === undefined) throw new Error('there is no activity `notify`')
    server = await startTestServer()
    worker = await startTestWorker(server, 'phix-paging-test', { notify })
  }, 90_000)
  afterAll(async () => {
    await worker.stop()
    await Promise.all([server.stop(), hooks.stop(), world.end()])
  })
  afterEach(() => {
    hooks.received.length = 0
    hooks.mood.status = 200
  })

  const escalate = [{ after: { kind: 'failure' }, notify: ['oncall'] }] as const
  const parked = () =>
    planOf([change('bad', { action: action('test.fail'), onFailure: 'park' })], { verify: null, escalate })
  const start = (): Promise<WorkflowHandle> =>
    worker.client.workflow.start(
      'test-plan',
      startOf(worker.taskQueue, `test-plan/node-1/${++number}`, inputOf(parked())),
    )
  const sayings = (): { form: NotifyForm; text: string }[] =>
    hooks.received.map(({ body }) => JSON.parse(body) as { form: NotifyForm; text: string })
  const count = (...forms: NotifyForm[]): number => sayings().filter(({ form }) => forms.includes(form)).length
  const said = (form: NotifyForm, times = 1) =>
    eventually(`${times} × ${form}`, async () => count(form) >= times, 20_000)
  const settle = async (handle: WorkflowHandle): Promise<void> => {
    const { id, snapshotHash } = await eventually<Gate>(
      'the gate',
      async () => (await handle.query<RunState>('state')).gates[0],
    )
    await handle.executeUpdate('skip', { args: [{ gate: id, hash: snapshotHash.slice(0, 8), by: 'ada' }] })
    await handle.result()
  }

  test('are called again until somebody is on it, the next level after its time, and nobody after that; who was called hears how it goes and ends', async () => {
    const handle = await start()
    await said('level')
    await said('repeat', 3)
    expect(sayings()[0]).toMatchObject({ form: 'page', text: expect.stringContaining('waits for a person') as string })
    expect(count('page')).toBe(1)
    await handle.executeUpdate('ack', { args: [{ by: 'ada' }] })
    const calls = count('page', 'repeat', 'level')
    const updates = count('update')
    // Two updates later three more calls would have been due.
    await said('update', updates + 2)
    expect(count('page', 'repeat', 'level')).toBe(calls)
    expect(sayings().at(-1)?.text).toMatch(/It waits for a person: Failed: Title of bad\. `ada` is on it\./)
    await settle(handle)
    await said('end')
    expect(count('level')).toBe(1)
    const ids = hooks.received.map(({ headers }) => headers['idempotency-key'])
    expect(new Set(ids).size).toBe(ids.length)
  }, 60_000)

  test('are not called any more once what the run was started for is gone', async () => {
    const handle = await start()
    await said('repeat')
    await handle.signal(RESOLVED_SIGNAL)
    await eventually('the note', async () =>
      (await handle.query<RunState>('state')).notes.some(({ text }) => text.includes('nobody is called any more')),
    )
    const calls = count('page', 'repeat', 'level')
    await said('update', count('update') + 2)
    expect(count('page', 'repeat', 'level')).toBe(calls)
    await settle(handle)
  }, 60_000)

  test('are told in the morning what a runbook says at night, by a workflow that outlives the run', async () => {
    const minute = Math.floor(Date.now() / 60_000) % 1_440
    const quietHours = { fromMinute: (minute + 1_430) % 1_440, toMinute: (minute + 60) % 1_440, zone: 'UTC' }
    settings = { ...settings, quietHours: { ...quietHours, below: 'critical', channel: null } }
    const plan = planOf([step('notify', 'hello', { to: ['oncall'], message: { lit: 'hello' } })], { verify: null })
    const handle = await worker.client.workflow.start(
      'test-plan',
      startOf(worker.taskQueue, 'test-plan/node-1/night', inputOf(plan)),
    )
    await handle.result()
    const { runId } = await handle.describe()
    const later = worker.client.workflow.getHandle(`notification/${runId}/hello`)
    expect((await later.describe()).status.name).toBe('RUNNING')
    expect(hooks.received).toEqual([])
    const [timer] = await eventually('its timer', async () =>
      (await later.fetchHistory()).events?.flatMap(({ timerStartedEventAttributes: found }) => (found ? [found] : [])),
    )
    expect(Number(timer?.startToFireTimeout?.seconds)).toBeGreaterThan(58 * 60)
    await later.terminate()
    settings = { ...settings, quietHours: null }
  }, 60_000)

  test('hear of it later where the channel is down, even when the run is over by then, and once', async () => {
    hooks.mood.status = 503
    const handle = await start()
    await settle(handle)
    hooks.mood.status = 200
    await said('page')
    await said('end')
    expect(count('page')).toBe(1)
  }, 60_000)
})
