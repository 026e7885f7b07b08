// Waits until one of several runs is really closed. The truth of when a lock is free: a reset or a continue-as-new
// closes a run's id while the run goes on, so after each close the id is asked what it is now (temporal.md §13.6).
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import { WorkflowContinuedAsNewError, WorkflowFailedError } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import type { RunFollower } from '../guard/detector-port.ts'
import type { FollowReport } from '../guard/protocol.ts'
import { readRunResult } from '../plan/read-result.ts'
import type { RunResult } from '../plan/run.ts'
import { findOpenRuns, findRunById } from './find-runs.ts'

type OpenRun = Parameters<RunFollower['firstClosed']>[0][number]

export const createRunFollower = (client: Client): RunFollower => ({
  async firstClosed(open, signal) {
    const ending = new AbortController()
    const either = AbortSignal.any([signal, ending.signal])
    try {
      return await Promise.race([aborted(signal), ...open.map((run) => untilClosed(client, run, either))])
    } finally {
      ending.abort()
    }
  },
  openRuns: (cluster) => findOpenRuns(client, cluster),
  findRun: (workflowId) => findRunById(client, workflowId),
})

const RETRY_MS = 500

/** Follows one run by its id. A server that is away is waited for: this answers only what it knows. */
async function untilClosed(client: Client, run: OpenRun, signal: AbortSignal): Promise<FollowReport> {
  for (let runId = run.runId; ;) {
    signal.throwIfAborted()
    try {
      await client.withAbortSignal(signal, () => closed(client, run.workflowId, runId))
      const now = await client.withAbortSignal(signal, () => describe(client, run.workflowId))
      if (now === null) return { workflowId: run.workflowId, runId, status: 'GONE', result: null }
      const status = closedStatus(now.status)
      if (status !== null) {
        const result = await readResult(client, run.workflowId, now)
        return { workflowId: run.workflowId, runId: now.runId, status, result }
      }
      runId = now.runId
    } catch {
      await pause(RETRY_MS, undefined, { signal })
    }
  }
}

/** Resolves once this run is closed, by a long poll. */
async function closed(client: Client, workflowId: string, runId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId, runId).result()
  } catch (error) {
    const isClosed =
      error instanceof WorkflowFailedError ||
      error instanceof WorkflowNotFoundError ||
      error instanceof WorkflowContinuedAsNewError
    if (!isClosed) throw error
  }
}

interface Described {
  readonly runId: string
  readonly status: string
  readonly memo: Readonly<Record<string, unknown>> | undefined
}

async function describe(client: Client, workflowId: string): Promise<Described | null> {
  try {
    const { runId, status, memo } = await client.workflow.getHandle(workflowId).describe()
    return { runId, status: status.name, memo }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null
    throw error
  }
}

const CLOSED = ['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'] as const
const closedStatus = (name: string): (typeof CLOSED)[number] | null => CLOSED.find((each) => each === name) ?? null

/** How a closed run says that it ended: by its result, or by its memo where Temporal shows it as Cancelled. */
export async function readResult(
  client: Client,
  workflowId: string,
  { runId, status, memo }: Described,
): Promise<RunResult | null> {
  const result: unknown =
    status === 'COMPLETED' ? await client.workflow.getHandle(workflowId, runId).result() : undefined
  return readRunResult({ status, result, memo })
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const fail = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
