// A worker with scripted activities for the e2e tests of the workflows, on a task queue of its own.
import { fileURLToPath } from 'node:url'
import { Context } from '@temporalio/activity'
import { Client, Connection } from '@temporalio/client'
import { ApplicationFailure, type Duration } from '@temporalio/common'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { bundleOptions } from '../../src/main/bundle-options.ts'
import type { GrantReply, RecordCall, RecordEntry } from '../../src/guard/protocol.ts'
import type { ActionCall, RunInput, VerifyReport } from '../../src/plan/run.ts'
import type { TestServer } from '../temporal-server.ts'

export interface TestWorker {
  readonly client: Client
  readonly taskQueue: string
  /** What actions did, `<step> <action> <arguments>`, in order. */
  readonly did: string[]
  readonly calls: ActionCall[]
  /** What runs wrote into the journal. */
  readonly recorded: RecordEntry[]
  verified: boolean
  granted: boolean
  stop(): Promise<void>
}

const logger = new DefaultLogger('ERROR')
const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url))

export const bundleWorkflows = (): Promise<{ code: string }> => bundleWorkflowCode(bundleOptions(workflowsPath))

/** The memo with which the detector starts a run. */
export const grantFor = (workflowId: string, issuedAt = Date.now()): Readonly<Record<string, unknown>> => ({
  phixGrant: { id: 'g1', workflowId, issuedAt },
})

/** The options of a granted start. */
export const startOf = (
  taskQueue: string,
  workflowId: string,
  input: RunInput,
): {
  taskQueue: string
  workflowId: string
  args: [RunInput]
  memo: Record<string, unknown>
  workflowTaskTimeout: Duration
} => ({
  taskQueue,
  workflowId,
  args: [input],
  memo: { ...grantFor(workflowId) },
  workflowTaskTimeout: '10s',
})

let isInstalled = false

/** Activities that a test brings along instead of the scripted ones. */
type Own = Readonly<Record<string, (call: never) => Promise<unknown>>>

export async function startTestWorker(server: TestServer, taskQueue: string, own: Own = {}): Promise<TestWorker> {
  if (!isInstalled) Runtime.install({ logger, telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } } })
  isInstalled = true
  const connection = await NativeConnection.connect({ address: server.address })
  const clientConnection = await Connection.connect({ address: server.address })
  const did: string[] = []
  const recorded: RecordEntry[] = []
  const calls: ActionCall[] = []
  const note = (call: ActionCall): void => {
    calls.push(call)
    did.push(`${call.run.stepId} ${Context.current().info.activityType} ${JSON.stringify(call.args)}`)
  }
  /** Goes on until it is told to stop; ends well all the same where `late`. */
  const slow = async (call: ActionCall, late: boolean): Promise<unknown> => {
    const context = Context.current()
    const beat = setInterval(() => context.heartbeat(), 100)
    try {
      await context.cancelled
    } catch (error) {
      if (!late) throw error
      note(call)
    } finally {
      clearInterval(beat)
    }
    return {}
  }
  const state = { verified: true, granted: true }
  const tries = new Map<string, number>()
  const activities = {
    'test.change': async (call: ActionCall) => (note(call), { of: call.args['of'] ?? null }),
    'test.read': async (call: ActionCall) => (note(call), { ok: true }),
    'test.undo': async (call: ActionCall) => (note(call), {}),
    'test.fail': async () => {
      throw ApplicationFailure.create({ message: 'the disk is full', type: 'rejected', details: [{ free: 0 }] })
    },
    'test.flaky': async (call: ActionCall) => {
      const count = (tries.get(call.idempotencyKey) ?? 0) + 1
      tries.set(call.idempotencyKey, count)
      if (count < 3) throw ApplicationFailure.create({ message: 'not yet', type: 'unavailable' })
      note(call)
      return { count }
    },
    // Silent, as if its worker had died; it ends only with the worker.
    'test.hang': () => Context.current().cancelled,
    'test.slow': (call: ActionCall) => slow(call, false),
    'test.late': (call: ActionCall) => slow(call, true),
    'bench.work': async (call: ActionCall) => ({ n: call.args['n'] ?? null }),
    verify: async (): Promise<VerifyReport> => ({
      held: state.verified,
      unmet: state.verified ? [] : [{ that: 'cluster.healthy_ratio >= 0.95', seen: '0.5' }],
      evidence: null,
    }),
    notify: async () => null,
    record: async ({ records }: RecordCall) => (recorded.push(...records), records.length),
    grant: async (): Promise<GrantReply> =>
      state.granted
        ? { granted: true, grant: { id: 'g2', workflowId: '', issuedAt: 0 } }
        : { granted: false, reason: 'locked', message: 'node-1 is locked by another run.' },
    ...own,
  }
  const worker = await Worker.create({
    connection,
    namespace: server.namespace,
    taskQueue,
    workflowBundle: await bundleWorkflows(),
    activities,
    stickyQueueScheduleToStartTimeout: '1s',
    maxHeartbeatThrottleInterval: 100,
  })
  const running = worker.run()
  return Object.assign(state, {
    client: new Client({ connection: clientConnection, namespace: server.namespace }),
    taskQueue,
    did,
    calls,
    recorded,
    async stop() {
      worker.shutdown()
      await running
      await connection.close()
      await clientConnection.close()
    },
  })
}

/** Waits until a condition holds. Fails at its deadline with what was last seen. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T | null | false | undefined>,
  ms = 10_000,
): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const seen = await read().catch(() => null)
    if (seen !== null && seen !== false && seen !== undefined) return seen
    if (Date.now() > deadline) throw new Error(`never seen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
