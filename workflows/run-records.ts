// What is seen of a run without a worker: search attributes and memo. Written at start, at gates and at the end only; each
// is one event, in the task that is sent anyway.
import { defineSearchAttributeKey } from '@temporalio/common'
import { upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow'
import { RESULT_MEMO } from '../src/plan/read-result.ts'
import type { Gate, RunInput, RunResult } from '../src/plan/run.ts'

const RUNBOOK = defineSearchAttributeKey('PhixRunbook', 'KEYWORD')
const CLUSTER = defineSearchAttributeKey('PhixCluster', 'KEYWORD')
const TARGET = defineSearchAttributeKey('PhixTarget', 'KEYWORD')
const SEVERITY = defineSearchAttributeKey('PhixSeverity', 'KEYWORD')
const STEP = defineSearchAttributeKey('PhixStep', 'KEYWORD')
const OUTCOME = defineSearchAttributeKey('PhixOutcome', 'KEYWORD')
const WAITING = defineSearchAttributeKey('PhixWaiting', 'BOOL')

/** Memo field with the gates that wait for a person. */
export const GATES_MEMO = 'phixGates'
const GATES_SHOWN = 5

export function recordStart({ plan, cluster, target }: RunInput): void {
  // Whoever started the run may have given them with the start, which costs nothing.
  if (workflowInfo().typedSearchAttributes.get(RUNBOOK) !== undefined) return
  upsertSearchAttributes([
    { key: RUNBOOK, value: plan.name },
    { key: CLUSTER, value: cluster },
    { key: TARGET, value: target },
    { key: SEVERITY, value: plan.severity },
    { key: WAITING, value: false },
  ])
}

export function recordGates(gates: readonly Gate[]): void {
  upsertSearchAttributes([
    { key: WAITING, value: gates.length > 0 },
    { key: STEP, value: gates[0]?.id.slice(0, 200) ?? null },
  ])
  const shown = gates.slice(0, GATES_SHOWN).map(({ id, kind, title, snapshotHash, deadlineAt, verbs }) => ({
    id,
    kind,
    title,
    snapshotHash,
    deadlineAt,
    verbs,
  }))
  upsertMemo({ [GATES_MEMO]: shown.length === 0 ? null : shown })
}

/** `inMemo`: the run will be shown as Cancelled, a status with no place for a result. */
export function recordEnd(result: RunResult, inMemo: boolean): void {
  upsertSearchAttributes([
    { key: OUTCOME, value: result.outcome },
    { key: WAITING, value: false },
  ])
  if (inMemo) upsertMemo({ [RESULT_MEMO]: result })
}
