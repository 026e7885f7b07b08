// Schedules on a real server: what the runbooks say, whoever says it, and nothing of what others made.
import { Client, Connection } from '@temporalio/client'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { TASK_QUEUE } from '../../src/plan/ids.ts'
import { GRANT_MEMO } from '../../src/plan/run.ts'
import { scheduleId, type WantedSchedule } from '../../src/plan/schedule.ts'
import { connectEngine } from '../../src/temporal/connect-engine.ts'
import type { Engine } from '../../src/temporal/engine.ts'
import { describeWithTemporal, startTestServer, type TestServer } from '../temporal-server.ts'
import { inputOf, planOf } from '../workflows/plans.ts'

const CLUSTER = 'lab'
const wanted = (runbook: string, cron: string): WantedSchedule => {
  const startedBy = { kind: 'schedule', why: `\`${cron}\` (UTC)` } as const
  return {
    id: scheduleId(CLUSTER, runbook, 0),
    ...{ cluster: CLUSTER, cron, timezone: 'UTC' },
    workflowId: `${runbook}/lab/clock`,
    input: inputOf(planOf([], { name: runbook }), { cluster: CLUSTER, target: 'lab', startedBy }),
  }
}

describeWithTemporal('schedules over a real server', () => {
  let server: TestServer
  let engine: Engine
  let client: Client

  beforeAll(async () => {
    server = await startTestServer()
    engine = await connectEngine({
      temporal: { address: server.address, namespace: server.namespace, external: false },
      inventory: () => ({ version: 1, groups: [], acceptance: false, clusters: [] }) as unknown as Inventory,
    })
    client = new Client({ connection: await Connection.connect({ address: server.address }) })
  })
  afterEach(async () => {
    await engine.reconcileSchedules([], [CLUSTER])
    await eventually(async () => expect(await engine.listSchedules()).toEqual([]))
  })
  afterAll(async () => {
    await engine.close()
    await client.connection.close()
    await server.stop()
  })
  // The list of schedules lags behind what was done.
  const eventually = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 15_000, interval: 100 })
  const listed = (count: number) =>
    eventually(async () => {
      const schedules = (await engine.listSchedules()).filter(({ cluster }) => cluster === CLUSTER)
      expect(schedules).toHaveLength(count)
      return schedules
    })

  test('are made once, however often and by however many they are asked for, and tell when they fire next', async () => {
    const nightly = [wanted('nightly-check', '0 3 * * *')]
    const answers = await Promise.all([1, 2, 3].map(() => engine.reconcileSchedules(nightly, [CLUSTER])))
    expect(answers.flatMap(({ created }) => created)).toEqual(['phix/lab/nightly-check/0'])
    await listed(1)
    expect(await engine.reconcileSchedules(nightly, [CLUSTER])).toEqual({ created: [], changed: [], removed: [] })
    const [schedule] = await listed(1)
    expect(schedule).toMatchObject({ runbook: 'nightly-check', cron: '0 3 * * *', paused: false, lastRun: null })
    expect(new Date(schedule?.nextAt ?? 0).toISOString()).toMatch(/T03:00:00/)
  })

  test('are changed where the runbook was, and stay paused where a person paused them', async () => {
    await engine.reconcileSchedules([wanted('nightly-check', '0 3 * * *')], [CLUSTER])
    await listed(1)
    await client.schedule.getHandle(scheduleId(CLUSTER, 'nightly-check', 0)).pause('not this week')
    const later = [wanted('nightly-check', '0 4 * * *')]
    const { changed } = await engine.reconcileSchedules(later, [CLUSTER])
    expect(changed).toEqual(['phix/lab/nightly-check/0'])
    const [schedule] = await listed(1)
    expect(schedule).toMatchObject({ cron: '0 4 * * *', paused: true, nextAt: null })
    expect((await engine.reconcileSchedules(later, [CLUSTER])).changed).toEqual([])
  })

  test('are removed with their trigger; those of other clusters and of other people are left alone', async () => {
    const action = { type: 'startWorkflow' as const, workflowType: 'report', taskQueue: 'elsewhere', args: [] }
    const theirs = ['phix/lab/looks-like-ours/0', 'monthly-report']
    for (const id of theirs)
      await client.schedule.create({ scheduleId: id, spec: { cronExpressions: ['0 0 1 * *'] }, action })
    const other = { ...wanted('nightly-check', '0 3 * * *'), cluster: 'other', id: 'phix/other/nightly-check/0' }
    await engine.reconcileSchedules([wanted('nightly-check', '0 3 * * *')], [CLUSTER])
    await engine.reconcileSchedules([other], ['other'])
    await listed(1)
    const { removed } = await engine.reconcileSchedules([], [CLUSTER])
    expect(removed).toEqual(['phix/lab/nightly-check/0'])
    await eventually(async () =>
      expect((await engine.listSchedules()).map(({ id }) => id)).toEqual(['phix/other/nightly-check/0']),
    )
    for (const id of theirs) expect((await client.schedule.getHandle(id).describe()).scheduleId).toBe(id)
    await engine.reconcileSchedules([], ['other'])
  })

  test('every cron that the compiler takes is taken by the server, and so is an interval', async () => {
    const crons = ['@every 3600s', '*/15 1-5 1,15 JAN-MAR *', '0 3 * * mon-FRI', '5/10 0 * * 0']
    const all = crons.map((cron, index) => wanted(`clock-${index}`, cron))
    expect((await engine.reconcileSchedules(all, [CLUSTER])).created).toHaveLength(crons.length)
    const schedules = await listed(crons.length)
    for (const { nextAt, cron } of schedules) expect(nextAt, cron).not.toBeNull()
    const hourly = schedules.find(({ cron }) => cron.startsWith('@every'))
    expect((hourly?.nextAt ?? Infinity) - Date.now()).toBeLessThanOrEqual(3_600_000)
  })

  test('start the plan that was compiled, without leave: the run has to ask for it', async () => {
    const schedule = wanted('nightly-check', '0 3 * * *')
    await engine.reconcileSchedules([schedule], [CLUSTER])
    await client.schedule.getHandle(schedule.id).trigger()
    const [{ lastRun }] = await eventually(async () => {
      const [found] = await engine.listSchedules()
      expect(found?.lastRun).toMatch(/^nightly-check\/lab\/clock-/)
      return [found as { lastRun: string }] as const
    })
    const started = await client.workflow.getHandle(lastRun).describe()
    expect(started).toMatchObject({ type: 'nightly-check', taskQueue: TASK_QUEUE })
    expect(started.memo).not.toHaveProperty(GRANT_MEMO)
    await client.workflow.getHandle(lastRun).terminate('seen')
  })
})
