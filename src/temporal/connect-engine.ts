// The engine over a real Temporal server: how the command line, the server and the worker ask for runs and speak to them.
// Read next: calls.ts (deadlines and sizes), engine-errors.ts (what every failure says), follow-runs.ts.
import { Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import type { DetectorInput } from '../guard/protocol.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { SYSTEM_WORKFLOWS, TASK_QUEUE, detectorId } from '../plan/ids.ts'
import { LIMITS, STATE_QUERY, type RunState } from '../plan/run.ts'
import { SERVER_MS, WORKER_MS, createCalls, sized, type Calls } from './calls.ts'
import { openConnection, type TemporalSettings } from './connection.ts'
import { createDetectorClient } from './detector-client.ts'
import { EngineError, type Engine, type RunSummary } from './engine.ts'
import { createRunFollower, readResult } from './follow-runs.ts'
import { listSchedules, reconcileSchedules } from './schedules.ts'
import { toRunSummary, type Info } from './run-summary.ts'
import { prefixQuery, runsQuery } from './visibility-query.ts'
import { readCheckpoints } from './watch-checkpoints.ts'

export interface EngineDeps {
  readonly temporal: TemporalSettings
  /** What `ensureDetector` tells a new detector about its cluster. */
  readonly inventory: () => Inventory
}

/** Makes the engine; it connects at its first call, so this never fails for a server that is away. */
export async function connectEngine({ temporal, inventory }: EngineDeps): Promise<Engine> {
  const connection = openConnection(temporal)
  const client = new Client({ connection, namespace: temporal.namespace })
  const calls = createCalls(client, temporal.address)
  const { within } = calls
  return {
    detector: createDetectorClient(calls),
    follower: createRunFollower(client),

    async listRuns(filter) {
      const runs = await scan(calls, 'list the runs', runsQuery(filter))
      return runs.slice(0, filter.limit)
    },

    findRun: (idOrPrefix) => findRun(calls, idOrPrefix),

    async runState(workflowId) {
      const attempt = { doing: `ask \`${workflowId}\` for its state`, needsWorker: true }
      const handle = client.workflow.getHandle(workflowId)
      try {
        return await within(QUERY_MS, attempt, () => handle.query<RunState>(STATE_QUERY))
      } catch (error) {
        throw (await isStuck(calls, workflowId)) ? stuck(workflowId, error) : error
      }
    },

    async runResult(workflowId) {
      const handle = client.workflow.getHandle(workflowId)
      const attempt = { doing: `read how \`${workflowId}\` ended` }
      const { runId, status, memo } = await within(SERVER_MS, attempt, () => handle.describe())
      return within(SERVER_MS, attempt, () => readResult(client, workflowId, { runId, status: status.name, memo }))
    },

    async say(workflowId, verb, message) {
      sized(message, LIMITS.inputsBytes, `the message \`${verb}\` to \`${workflowId}\``)
      await within(WORKER_MS, { doing: `say \`${verb}\` to \`${workflowId}\``, needsWorker: true }, () =>
        client.workflow.getHandle(workflowId).executeUpdate(verb, { args: [message] }),
      )
    },

    async ensureDetector(cluster) {
      const input = detectorInput(inventory(), cluster)
      try {
        await client.withDeadline(Date.now() + SERVER_MS, () =>
          client.workflow.start('detector', {
            workflowId: detectorId(cluster),
            taskQueue: TASK_QUEUE,
            args: [input],
            workflowIdConflictPolicy: 'FAIL',
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            staticSummary: `Watches the cluster ${cluster}`,
          }),
        )
        return true
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false
        return within(SERVER_MS, { doing: `start the detector of \`${cluster}\`` }, () => Promise.reject(error))
      }
    },

    reconcileSchedules: (wanted, clusters) => reconcileSchedules(calls, wanted, clusters),
    listSchedules: () => listSchedules(calls, null),

    checkpoints: (cluster) => readCheckpoints(calls, cluster),

    async health() {
      try {
        const attempt = { doing: 'reach Temporal' }
        const { serverVersion } = await within(SERVER_MS, attempt, () => connection.workflowService.getSystemInfo({}))
        const workers = await within(SERVER_MS, attempt, () => countWorkers(calls, temporal.namespace))
        const problem = workers > 0 ? null : `no worker polls \`${TASK_QUEUE}\`; start one with \`phix worker\``
        return { server: serverVersion ?? 'unknown', workers, problem }
      } catch (error) {
        return { server: null, workers: 0, problem: error instanceof Error ? error.message : String(error) }
      }
    },

    close: () => connection.close(),
  }
}

/** What a new detector is told: every node, and what it is meant to be. Fails: not-found. */
export function detectorInput(inventory: Inventory, name: string): DetectorInput {
  const cluster = inventory.clusters.find((each) => each.name === name)
  if (cluster === undefined) {
    const known = inventory.clusters.map((each) => `\`${each.name}\``).join(', ') || 'none'
    throw new EngineError('not-found', `the inventory has no cluster \`${name}\`; it has ${known}`)
  }
  const targets = cluster.nodes.map((node) => ({ name: node.name, desired: node.spare ? 'spare' : 'serving' }) as const)
  return { cluster: name, targets }
}

/** Runs that one question may read: retention bounds them, and a list longer than this is not read by people. */
const SCAN_LIMIT = 2000

/** Answers the runs of a query, newest first. Why here: the embedded store cannot sort. */
async function scan({ client, within }: Calls, doing: string, query: string): Promise<readonly RunSummary[]> {
  return within(SERVER_MS, { doing }, async () => {
    const found: RunSummary[] = []
    for await (const info of client.workflow.list({ query, pageSize: 500 })) {
      found.push(toRunSummary(info))
      if (found.length === SCAN_LIMIT) break
    }
    return found.sort((a, b) => b.startedAt - a.startedAt)
  })
}

async function findRun(calls: Calls, idOrPrefix: string): Promise<RunSummary> {
  const exact = idOrPrefix === '' ? null : await describeRun(calls, idOrPrefix)
  if (exact !== null) return exact
  const found = idOrPrefix === '' ? [] : await scan(calls, `look for \`${idOrPrefix}\``, prefixQuery(idOrPrefix))
  // A run that was reset is there twice; the newest is the one that counts.
  const ids = [...new Set(found.map(({ workflowId }) => workflowId))]
  const [first] = found
  if (ids.length === 1 && first !== undefined) return first
  if (ids.length === 0)
    throw new EngineError(
      'not-found',
      `no run's id is or begins with \`${idOrPrefix}\`; \`phix list\` shows those there are`,
    )
  const some = ids.slice(0, 10).map((id) => `\`${id}\``)
  throw new EngineError(
    'refused',
    `${ids.length} runs begin with \`${idOrPrefix}\`: ${some.join(', ')}${ids.length > 10 ? ' …' : ''}; write more of the id`,
  )
}

/** By id the server itself answers, at once; visibility lags a little. */
async function describeRun({ client, within }: Calls, workflowId: string): Promise<RunSummary | null> {
  try {
    const info: Info = await within(SERVER_MS, { doing: `look for \`${workflowId}\`` }, () =>
      client.workflow.getHandle(workflowId).describe(),
    )
    return SYSTEM_WORKFLOWS.some((name) => name === info.type) ? null : toRunSummary(info)
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'not-found') return null
    throw error
  }
}

/** A query is answered by a worker in milliseconds, or not at all. */
const QUERY_MS = 5000

/**
 * Tells whether a run's workflow task has failed and is being tried again. Never throws.
 * Why: before a run's first task is done, the server lets a query wait instead of saying that the task fails.
 */
async function isStuck({ client, within }: Calls, workflowId: string): Promise<boolean> {
  try {
    const { raw } = await within(SERVER_MS, { doing: `look at \`${workflowId}\`` }, () =>
      client.workflow.getHandle(workflowId).describe(),
    )
    return (raw.pendingWorkflowTask?.attempt ?? 0) > 1
  } catch {
    return false
  }
}

const stuck = (workflowId: string, cause: unknown): EngineError =>
  new EngineError(
    'stuck',
    `\`${workflowId}\` cannot go on: its workflow task fails, which is a bug in Phix or a changed worker; the worker's log says why`,
    { cause },
  )

/** A dead worker's last poll stays listed for minutes; a living one polls again within one. */
const POLL_MS = 70_000
const WORKFLOW_QUEUE = 1

async function countWorkers({ client }: Calls, namespace: string): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: WORKFLOW_QUEUE,
  })
  const since = Date.now() - POLL_MS
  const alive = (pollers ?? []).filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > since)
  return new Set(alive.map(({ identity }) => identity)).size
}
