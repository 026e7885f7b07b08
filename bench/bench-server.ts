// The server and the worker that both sides of the run rows share: same process, same queue, same activity.
import { Connection, Client, type WorkflowStartOptions } from '@temporalio/client'
import { defineSearchAttributeKey } from '@temporalio/common'
import { NativeConnection, Worker, bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker'
import { fileURLToPath } from 'node:url'
import { bundleOptions } from '../src/main/bundle-options.ts'
import { canonicalJson } from '../src/plan/json.ts'
import { planHash } from '../src/plan/hash.ts'
import { TASK_QUEUE } from '../src/plan/ids.ts'
import type { Plan } from '../src/plan/plan.ts'
import { GRANT_MEMO, type ActionCall, type Grant, type RunInput } from '../src/plan/run.ts'
import { sameSteps } from './same-steps.ts'
import { startTestServer } from '../test/temporal-server.ts'

export interface BenchServer {
  readonly client: Client
  readonly workflowBundle: WorkflowBundle
  /** Runs a plan to its end, as the detector would start it; answers its workflow id. */
  runPlan(plan: Plan): Promise<string>
  /** Runs the hand-written workflow with as many steps; answers its workflow id. */
  runByHand(stepCount: number): Promise<string>
  eventsOf(workflowId: string): Promise<number>
  stop(): Promise<void>
}

export async function startBenchServer(): Promise<BenchServer> {
  const server = await startTestServer()
  const connection = await Connection.connect({ address: server.address })
  const client = new Client({ connection })
  const workflowsPath = fileURLToPath(new URL('./workflows/index.mjs', import.meta.url))
  const workflowBundle = await bundleWorkflowCode({ ...bundleOptions(workflowsPath), preloadModules: [LOADED_ONCE] })
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: server.address }),
    taskQueue: TASK_QUEUE,
    workflowBundle,
    activities: { 'bench.work': async ({ args }: ActionCall) => ({ n: Number(args['n']) }) },
  })
  const running = worker.run()
  let count = 0
  const nextId = (kind: string): string => `bench/${kind}/${(count++).toString(36)}`
  const bench: BenchServer = {
    client,
    workflowBundle,
    async runPlan(plan) {
      const workflowId = nextId('plan')
      await client.workflow.execute(plan.name, { ...seenAs(workflowId, plan.name), args: [toRunInput(plan)] })
      return workflowId
    },
    async runByHand(stepCount) {
      const workflowId = nextId('hand')
      await client.workflow.execute('handWritten', { ...seenAs(workflowId, 'by-hand'), args: [stepCount] })
      return workflowId
    },
    async eventsOf(workflowId) {
      return (await client.workflow.getHandle(workflowId).describe()).historyLength
    },
    async stop() {
      worker.shutdown()
      await running
      await connection.close()
      await server.stop()
    },
  }
  await warmUp(bench)
  return bench
}

/** What the detector gives a run with its start; by hand it is the same, or the two would not be seen alike (decision 0004). */
function seenAs(workflowId: string, runbook: string): WorkflowStartOptions {
  const grant: Grant = { id: workflowId, workflowId, issuedAt: Date.now() }
  return {
    workflowId,
    taskQueue: TASK_QUEUE,
    memo: { [GRANT_MEMO]: grant },
    typedSearchAttributes: [{ key: RUNBOOK, value: runbook }],
  }
}

const RUNBOOK = defineSearchAttributeKey('PhixRunbook', 'KEYWORD')
const LOADED_ONCE = fileURLToPath(new URL('../dist/workflows/loaded-once.js', import.meta.url))
const WARM_UP_RUNS = 8

/** The first runs of a process compile code on both sides; they are not what is measured. */
async function warmUp(bench: BenchServer): Promise<void> {
  for (let n = 0; n < WARM_UP_RUNS; n++) {
    await bench.runPlan(sameSteps(10))
    await bench.runByHand(10)
  }
}

/** The compiler hashes a plan once; it is no part of a run. */
const hashes = new WeakMap<Plan, string>()
function hashOf(plan: Plan): string {
  const hash = hashes.get(plan) ?? planHash(plan)
  hashes.set(plan, hash)
  return hash
}

const toRunInput = (plan: Plan): RunInput => ({
  plan,
  planHash: hashOf(plan),
  inputs: {},
  cluster: 'bench',
  target: 'bench',
  startedBy: { kind: 'verdict', why: `bench ${canonicalJson(plan.name)}` },
  trigger: null,
})
