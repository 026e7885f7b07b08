// Attempts are counted by how they ended, and what is logged meanwhile says for which run.
import { expect, test } from 'vitest'
import { createLogger } from '../../src/telemetry/create-logger.ts'
import { createMetrics } from '../../src/telemetry/create-metrics.ts'
import { NO_NAMES } from '../../src/telemetry/closed-labels.ts'
import { measureActivities } from '../../src/telemetry/measure-activities.ts'
import { tellBreakers } from '../../src/telemetry/tell-breakers.ts'
import { tellJournal } from '../../src/telemetry/tell-journal.ts'
import { createFakeJournal, createWorld, fakeDecision, RUN_ID } from '../cli/fakes.ts'

const names = () => ({ ...NO_NAMES, actions: new Set(['service.restart', 'node.probe']) })
const create = () => createMetrics({ from: 'worker', names })
const run = { workflowId: RUN_ID, runbook: 'single-node-recovery', cluster: 'lab', target: 'node-2', stepId: 'restart' }
const failing = (name: string, type?: string) => async (_call: unknown) => {
  throw Object.assign(new Error('no'), { name, type })
}

test('each way to end is counted under its own word, and the answer or error stays as it is', async () => {
  const metrics = create()
  const endings = [
    async (_call: unknown) => 1,
    failing('ApplicationFailure', 'unavailable'),
    failing('CancelledFailure'),
    failing('TypeError'),
    failing('ApplicationFailure', 'a word of its own'),
  ]
  for (const ending of endings) {
    const measured = measureActivities({ 'service.restart': ending }, metrics)['service.restart']
    const [plain, wrapped] = await Promise.allSettled([ending({}), measured?.({})])
    expect(wrapped?.status).toBe(plain?.status)
  }
  const text = await metrics.text()
  for (const result of ['ok', 'unavailable', 'cancelled', 'bug', 'other'])
    expect(text).toContain(`phix_attempts_total{action="service.restart",result="${result}"} 1`)
  expect(text).toContain('phix_attempt_seconds_count{action="service.restart"} 5')
})

test('every line that is logged inside says run, step, cluster and target, also after a wait', async () => {
  let lines = ''
  const log = createLogger({ level: 'info', format: 'json', write: (line) => void (lines += line) })
  const act = async (_call: unknown) => {
    await Promise.resolve()
    log.info({ more: 1 }, 'inside')
  }
  await measureActivities({ 'node.probe': act }, create())['node.probe']?.({ run })
  log.info('outside')
  const [inside, outside] = lines.split('\n').map((line) => JSON.parse(line || '{}') as object)
  expect(inside).toMatchObject({
    ...{ run: RUN_ID, step: 'restart', runbook: 'single-node-recovery', cluster: 'lab', target: 'node-2', more: 1 },
  })
  expect(outside).not.toHaveProperty('run')
})

test('a decision is told once with its id and its run, and what cannot be written is counted', async () => {
  const metrics = create()
  const world = createWorld()
  const told: object[] = []
  const journal = createFakeJournal(world)
  const record = {
    ...{ id: 'd1', kind: 'decision' as const, at: 1, cluster: 'lab', target: 'node-2', workflowId: RUN_ID },
    body: fakeDecision as never,
  }
  const log = { info: (fields: object) => void told.push(fields) }
  await tellJournal({ ...journal, append: async () => 1 }, log, metrics).append([record])
  await tellJournal({ ...journal, append: async () => 0 }, log, metrics).append([record])
  expect(told).toEqual([expect.objectContaining({ decision: 'd1', run: RUN_ID, what: 'started', reason: 'free' })])
  const full = { ...journal, append: async () => Promise.reject(new Error('the disk is full')) }
  await expect(tellJournal(full, log, metrics).append([record])).rejects.toThrow('the disk is full')
  expect(await metrics.text()).toContain('phix_journal_failures_total 1')
})

test('breakers are told by driver and state, whatever they are for', async () => {
  const metrics = create()
  const lanes = Array.from({ length: 1_000 }, (_, index) => ({ lane: `service/lab/node-${index}`, state: 'open' }))
  tellBreakers(metrics, ['service', 'node'], lanes)
  const series = (await metrics.text()).split('\n').filter((line) => line.startsWith('phix_breakers{'))
  expect(series).toHaveLength(6)
  expect(series).toContain('phix_breakers{driver="service",state="open"} 1000')
})
