// Finds the runs that a detector without a memory must know: which are open, and what each says of itself.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client'
import { defaultPayloadConverter, WorkflowNotFoundError } from '@temporalio/common'
import { BOOKS_MEMO, type FoundRun, type RunBooks } from '../guard/protocol.ts'
import { detectorId } from '../plan/ids.ts'
import type { RunInput } from '../plan/run.ts'
import { runsQuery } from './visibility-query.ts'

type Info = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'startTime' | 'memo' | 'parentExecution'>

/** More than a cluster may have in flight by far. */
const MOST_RUNS = 500

/** Answers the open runs of a cluster. A run that is a step of another has its parent's lock and is left out. */
export async function findOpenRuns(client: Client, cluster: string): Promise<readonly FoundRun[]> {
  const own = detectorId(cluster)
  const found: Info[] = []
  for await (const info of client.workflow.list({ query: runsQuery({ open: true, cluster }), pageSize: 100 })) {
    const parent = info.parentExecution?.workflowId
    if (parent === undefined || parent === own) found.push(info)
    if (found.length === MOST_RUNS) break
  }
  return Promise.all(found.map((info) => toFoundRun(client, info)))
}

/** Answers one run, open or closed; null where it is not there. */
export async function findRunById(client: Client, workflowId: string): Promise<FoundRun | null> {
  try {
    return await toFoundRun(client, await client.workflow.getHandle(workflowId).describe())
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null
    throw error
  }
}

async function toFoundRun(client: Client, { workflowId, runId, startTime, memo }: Info): Promise<FoundRun> {
  const kept = memo?.[BOOKS_MEMO]
  const books = isBooks(kept) ? kept : null
  const input = books === null ? await inputOf(client, workflowId, runId) : null
  return { workflowId, runId, startedAt: startTime.getTime(), books, input }
}

/** The first event alone: a plan is large, a history larger. */
async function inputOf(client: Client, workflowId: string, runId: string): Promise<RunInput | null> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  })
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]
  if (payload === undefined || payload === null) return null
  const input = defaultPayloadConverter.fromPayload<unknown>(payload)
  return isInput(input) ? input : null
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isBooks = (value: unknown): value is RunBooks =>
  isObject(value) &&
  typeof value['target'] === 'string' &&
  typeof value['runbook'] === 'string' &&
  Array.isArray(value['covers']) &&
  isObject(value['guard']) &&
  isObject(value['trigger']) &&
  isObject(value['startedBy'])

const isInput = (value: unknown): value is RunInput =>
  isObject(value) &&
  typeof value['target'] === 'string' &&
  isObject(value['startedBy']) &&
  isObject(value['plan']) &&
  isObject(value['plan']['guard'])
