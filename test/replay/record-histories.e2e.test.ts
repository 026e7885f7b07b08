// Runs one plan for each way that a run can go, and a detector into its next run; replays each history at once. UPDATE=1
// also writes the histories that replay.test.ts holds every later version of the code to.
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { WorkflowHandle } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { detectorId } from '../../src/plan/ids.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Gate, RunState, Verb } from '../../src/plan/run.ts'
import { resultOf } from '../guard/cases.ts'
import { describeWithTemporal, startTestServer, type TestServer } from '../temporal-server.ts'
import { startDetectorBench } from '../workflows/detector-bench.ts'
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
      const history = await worker.client.workflow.getHandle(workflowId).fetchHistory()
      await replayAndKeep(name, workflowId, history, workflowBundle)
    },
    60_000,
  )
})

describeWithTemporal('the history of a detector', () => {
  let bench: Awaited<ReturnType<typeof startDetectorBench>>
  let workflowBundle: { code: string }
  beforeAll(async () => {
    bench = await startDetectorBench()
    workflowBundle = await bundleWorkflows()
  }, 90_000)
  afterAll(() => bench?.stop())

  const said = (why: string) => ({ by: 'ada', why, requestId: randomUUID() })
  const runIdOf = async (workflowId: string) => (await bench.client.workflow.getHandle(workflowId).describe()).runId

  test('that saw, started, marked, froze, and continued as new with a run open replays on the code that wrote it', async () => {
    const cluster = await bench.start('recorded', { eventsBeforeContinue: 200 })
    const { detector } = bench.engine
    const workflowId = detectorId(cluster)
    const firstRun = await runIdOf(workflowId)
    await bench.see(cluster, 'node-2', 'suspect')
    const { open } = await bench.until(cluster, (state) => (state.open[0]?.runId ?? '') !== '')
    await bench.finish(open[0]?.workflowId ?? '', resultOf('effective'))
    await bench.until(cluster, (state) => state.open.length === 0)
    await detector.mark(cluster, { target: 'node-3', desired: 'failed', why: 'gone', key: 'k1' })
    await detector.command(cluster, { ...said('migration'), kind: 'freeze', forMs: 600_000, inFlight: false })
    await detector.command(cluster, { ...said('done'), kind: 'thaw' })
    const asked = { runbook: 'single-node-recovery', inputs: { node: 'node-1' }, by: 'ada', requestId: randomUUID() }
    const { workflowId: runOpen } = await detector.start(cluster, asked)
    let count = 0
    await eventually(
      'the next run of the detector',
      async () => {
        await bench.see(cluster, 'node-2', count++ % 2 === 0 ? 'healthy' : 'suspect', false)
        return (await runIdOf(workflowId)) !== firstRun
      },
      60_000,
    )
    await bench.finish(runOpen ?? '', resultOf('effective'))
    await bench.until(cluster, (state) => state.open.length === 0)

    const first = await bench.client.workflow.getHandle(workflowId, firstRun).fetchHistory()
    expect(factsOf(first)).toEqual(
      expect.arrayContaining([
        ...['signal observed', 'child started', 'child completed', 'activity match', 'activity record'],
        ...['update mark', 'update freeze', 'update thaw', 'update start', 'continued as new'],
      ]),
    )
    await replayAndKeep('detector', workflowId, first, workflowBundle)
    const next = await bench.client.workflow.getHandle(workflowId).fetchHistory()
    expect(factsOf(next)).toContain('activity follow')
    await replayAndKeep('detector-continued', workflowId, next, workflowBundle)
  }, 120_000)
})

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>

/** What a detector's history is kept for: whether it is all in there. */
const factsOf = ({ events }: History): readonly string[] =>
  (events ?? []).flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes?.signalName
    if (signal) return [`signal ${signal}`]
    const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name
    if (update) return [`update ${update}`]
    const activity = event.activityTaskScheduledEventAttributes?.activityType?.name
    if (activity) return [`activity ${activity}`]
    if (event.childWorkflowExecutionStartedEventAttributes) return ['child started']
    if (event.childWorkflowExecutionCompletedEventAttributes) return ['child completed']
    return event.workflowExecutionContinuedAsNewEventAttributes ? ['continued as new'] : []
  })

/** Replays a history, and writes it down where UPDATE=1 asks for it. */
async function replayAndKeep(name: string, workflowId: string, history: History, workflowBundle: { code: string }) {
  const json = historyToJSON(history)
  await Worker.runReplayHistory({ workflowBundle }, JSON.parse(json) as object, workflowId)
  if (process.env['UPDATE'] === '1')
    writeFileSync(fileURLToPath(new URL(`histories/${name}.json`, import.meta.url)), `${json}\n`)
  expect(json.length).toBeLessThan(1_000_000)
}
