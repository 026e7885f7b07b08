// Starts a run as a child that outlives the detector, and tells how it closed while the detector is there to hear it.
import { defineSearchAttributeKey } from '@temporalio/common'
import { ParentClosePolicy, startChild, type ChildWorkflowHandle, type Workflow } from '@temporalio/workflow'
import { BOOKS_MEMO, type FollowReport } from '../../src/guard/protocol.ts'
import type { Effect } from '../../src/guard/step.ts'
import type { Json } from '../../src/plan/json.ts'
import { readRunResult } from '../../src/plan/read-result.ts'
import { GRANT_MEMO, LIMITS, type Grant } from '../../src/plan/run.ts'
import { bytesOf } from '../../src/plan/size.ts'

export type StartOrder = Extract<Effect, { kind: 'start' }>
type Run = ChildWorkflowHandle<Workflow>

export type Launched =
  /** `closed` is null where only a client can read the result: then the follower tells. */
  | { readonly kind: 'started'; readonly runId: string; readonly closed: Promise<FollowReport | null> }
  /** Its id is taken: it was started before, by whom we do not know, so it has to be followed. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly why: string }

const SUMMARY_LENGTH = 200
const DETAILS_LENGTH = 2_000

/** Starts the run on the detector's own task queue. Never rejects: what went wrong is an answer. */
export async function launch(order: StartOrder): Promise<Launched> {
  const { workflowId, input, grantId, books } = order
  const bytes = bytesOf(input as unknown as Json)
  if (bytes > LIMITS.taskBytes)
    return { kind: 'failed', why: `its input is ${bytes} bytes; the limit is ${LIMITS.taskBytes}` }
  const grant: Grant = { id: grantId, workflowId, issuedAt: Date.now() }
  const keyword = (name: string, value: string) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value })
  try {
    const run = await startChild(input.plan.name, {
      workflowId,
      args: [input],
      memo: { [GRANT_MEMO]: grant, [BOOKS_MEMO]: books },
      // One start an episode: an id that was used once is not used again.
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${input.target}: ${input.plan.summary}`.slice(0, SUMMARY_LENGTH),
      staticDetails: detailsOf(order),
      typedSearchAttributes: [
        keyword('PhixRunbook', input.plan.name),
        keyword('PhixCluster', input.cluster),
        keyword('PhixTarget', input.target),
        keyword('PhixSeverity', input.plan.severity),
      ],
    })
    return { kind: 'started', runId: run.firstExecutionRunId, closed: closeOf(run) }
  } catch (error) {
    if (nameOf(error) === 'WorkflowExecutionAlreadyStartedError') return { kind: 'taken' }
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

/** Says on the run's own page in Temporal's UI what it is, why it is there, and where to read more. */
function detailsOf({ workflowId, input }: StartOrder): string {
  const { plan, planHash, target, cluster, startedBy } = input
  const by = startedBy.kind === 'person' ? startedBy.name : `the detector (${startedBy.kind}: ${startedBy.why})`
  return [
    `**${plan.name}** on **${target}** of cluster ${cluster}, started by ${by}.`,
    `Severity ${plan.severity}${plan.owner === null ? '' : `, owner ${plan.owner}`}, plan \`${planHash.slice(0, 12)}\`.`,
    `\`phix show ${workflowId}\` tells its whole story, \`phix why ${target}\` what was decided.`,
  ]
    .join('\n\n')
    .slice(0, DETAILS_LENGTH)
}

/** Resolves when the run has closed, through its resets and continuations; never rejects for how it ended. */
async function closeOf(run: Run): Promise<FollowReport | null> {
  const facts = { workflowId: run.workflowId, runId: run.firstExecutionRunId }
  try {
    const result = readRunResult({ status: 'COMPLETED', result: await run.result() })
    return { ...facts, status: 'COMPLETED', result }
  } catch (error) {
    const status = statusFrom(error)
    // Its result is in its memo, which a parent cannot read.
    return status === 'CANCELLED' ? null : { ...facts, status, result: null }
  }
}

// Names, not classes: an error that crossed the sandbox's border is of another realm.
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

function statusFrom(error: unknown): FollowReport['status'] {
  switch (nameOf(error instanceof Error ? error.cause : null)) {
    case 'TerminatedFailure':
      return 'TERMINATED'
    case 'CancelledFailure':
      return 'CANCELLED'
    case 'TimeoutFailure':
      return 'TIMED_OUT'
    default:
      return 'FAILED'
  }
}
