// One run as visibility tells it, in our words.
import type { WorkflowExecutionInfo } from '@temporalio/client'
import { defineSearchAttributeKey } from '@temporalio/common'
import { OUTCOMES, type Outcome } from '../plan/run.ts'
import type { RunSummary } from './engine.ts'

const key = (name: string) => defineSearchAttributeKey(name, 'KEYWORD')
const CLUSTER = key('PhixCluster')
const TARGET = key('PhixTarget')
const SEVERITY = key('PhixSeverity')
const OUTCOME = key('PhixOutcome')
const WAITING = defineSearchAttributeKey('PhixWaiting', 'BOOL')

export type Info = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'type' | 'status' | 'startTime' | 'closeTime' | 'typedSearchAttributes'
>

/** Attributes that a run has not yet written are empty, not wrong. */
export function toRunSummary(info: Info): RunSummary {
  const attributes = info.typedSearchAttributes
  const outcome = attributes.get(OUTCOME)
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    runbook: info.type,
    cluster: attributes.get(CLUSTER) ?? '',
    target: attributes.get(TARGET) ?? '',
    severity: attributes.get(SEVERITY) ?? '',
    status: toStatus(info.status.name),
    outcome: OUTCOMES.find((each): each is Outcome => each === outcome) ?? outcomeSeenFromOutside(info),
    waiting: attributes.get(WAITING) ?? false,
    startedAt: info.startTime.getTime(),
    closedAt: info.closeTime?.getTime() ?? null,
  }
}

/** Runs that were ended from outside could not write how. */
function outcomeSeenFromOutside({ status }: Info): Outcome | null {
  if (status.name === 'TERMINATED') return 'terminated'
  return status.name === 'TIMED_OUT' ? 'timed-out' : null
}

function toStatus(name: WorkflowExecutionInfo['status']['name']): RunSummary['status'] {
  switch (name) {
    case 'COMPLETED':
    case 'CONTINUED_AS_NEW':
      return 'completed'
    case 'FAILED':
      return 'failed'
    case 'CANCELLED':
      return 'cancelled'
    case 'TERMINATED':
      return 'terminated'
    case 'TIMED_OUT':
      return 'timed-out'
    case 'RUNNING':
    case 'PAUSED':
    case 'UNSPECIFIED':
    case 'UNKNOWN':
      return 'open'
  }
}
