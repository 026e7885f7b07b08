// Runs one plan for each way that a run can go, and replays its history at once. UPDATE=1 also writes the histories that
// replay.test.ts holds every later version of the code to.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { WorkflowHandle } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import type { Gate, RunState, Verb } from '../../src/plan/run.ts'
import { describeWithTemporal, startTestServer, type TestServer } from '../temporal-server.ts'
import {
  action,
  approve,
  block,
  change,
  fail,
  forEach,
  inputOf,
  parallel,
  planOf,
  read,
  step,
  tryStep,
} from '../workflows/plans.ts'
import { bundleWorkflows, eventually, startOf, startTestWorker, type TestWorker } from '../workflows/test-worker.ts'

interface Recording {
  readonly plan: Plan
  readonly say?: Verb
}

const RECORDINGS: Readonly<Record<string, Recording>> = {
  steps: { plan: planOf([read('look'), step('set', 'n', { values: { one: { lit: 1 } } }), change('act')]) },
  approved: { plan: planOf([approve('ok'), change('act')]), say: 'approve' },
  cancelled: { plan: planOf([change('first'), approve('ok')], { finally: [read('tidy')] }), say: 'cancel' },
  parked: { plan: planOf([change('bad', { action: action('test.fail'), onFailure: 'park' })]), say: 'skip' },
  branches: {
    plan: planOf([
      parallel('p', [[change('a'), change('b')], [block('c', [read('d')], { timeoutMs: 60_000 })]]),
      forEach('each', ['x', 'y', 'z'], [change('e')], { concurrency: 2 }),
      tryStep('t', [fail('bad')], { catches: [{ codes: null, steps: [read('why')] }], finally: [read('tidy')] }),
      step('repeat', 'again', { until: 'index >= 1', maxIterations: 3, everyMs: 0, steps: [read('f')], outputs: {} }),
      step('wait', 'rest', { for: { lit: 20 } }),
      fail('stop'),
    ]),
  },
  child: { plan: planOf([step('run', 'sub', { plan: { ...planOf([change('in')]), name: 'test-sub' }, with: {} })]) },
  continued: {
    plan: planOf(
      [
        change('first'),
        forEach(
          'each',
          Array.from({ length: 505 }, (_, n) => n),
          [read('r')],
          { concurrency: 20 },
        ),
        change('last'),
      ],
      { verify: null },
    ),
  },
}

describeWithTemporal('histories', () => {
  let server: TestServer
  let worker: TestWorker
  let workflowBundle: { code: string }
  beforeAll(async () => {
    server = await startTestServer()
    worker = await startTestWorker(server, 'phix-replay-test')
    workflowBundle = await bundleWorkflows()
  }, 90_000)
  afterAll(async () => {
    await worker.stop()
    await server.stop()
  })

  const speak = async (handle: WorkflowHandle, verb: Verb): Promise<void> => {
    const gate = await eventually<Gate>('a gate', async () => (await handle.query<RunState>('state')).gates[0])
    await handle.executeUpdate(verb, { args: [{ gate: gate.id, hash: gate.snapshotHash, by: 'ada' }] })
  }

  test.each(Object.entries(RECORDINGS))(
    'the history of a run that is %s replays on the code that wrote it',
    async (name, { plan, say }) => {
      const workflowId = `${plan.name}/node-1/${name}`
      const handle = await worker.client.workflow.start(plan.name, startOf(worker.taskQueue, workflowId, inputOf(plan)))
      if (say !== undefined) await speak(handle, say)
      await handle.result()
      // Without a run id: the last of the chain.
      const json = historyToJSON(await worker.client.workflow.getHandle(workflowId).fetchHistory())
      await Worker.runReplayHistory({ workflowBundle }, JSON.parse(json) as object, workflowId)
      if (process.env['UPDATE'] === '1')
        writeFileSync(fileURLToPath(new URL(`histories/${name}.json`, import.meta.url)), `${json}\n`)
      expect(json.length).toBeLessThan(1_000_000)
    },
    60_000,
  )
})
