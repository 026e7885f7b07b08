// What a run is started with, checked before its first step: what was reviewed is what runs.
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow'
import { planHash } from '../src/plan/hash.ts'
import { PLAN_VERSION } from '../src/plan/plan.ts'
import { GRANT_MEMO, GRANT_VALID_MS, type Grant, type RunInput } from '../src/plan/run.ts'
import type { State } from './interpreter/state.ts'

/** Fails: ApplicationFailure `rejected`, where the plan is not the one that this run was started for. */
export function checkInput(input: RunInput): void {
  const { workflowType } = workflowInfo()
  if (typeof input !== 'object' || input === null || typeof input.plan !== 'object' || input.plan === null)
    throw rejected(
      `\`${workflowType}\` takes one argument with a compiled plan; start it with \`phix run ${workflowType}\`.`,
    )
  const { name } = input.plan
  // A stored plan is older than this code's types.
  const version: number = input.plan.version
  if (version !== PLAN_VERSION)
    throw rejected(
      `The plan of \`${name}\` has version ${version}; this worker runs version ${PLAN_VERSION}. Compile it again.`,
    )
  if (name !== workflowType)
    throw rejected(`The workflow type is \`${workflowType}\`, but its plan is of \`${name}\`. Start it as \`${name}\`.`)
  const hash = planHash(input.plan)
  if (hash !== input.planHash)
    throw rejected(
      `The plan of \`${name}\` has hash ${hash}, not ${input.planHash}: it was changed after it was reviewed.`,
    )
}

const rejected = (message: string): ApplicationFailure => ApplicationFailure.nonRetryable(message, 'rejected')

/** The state to go on from; a copied input (Temporal's "Start Workflow Like This One") goes on from nothing. */
export function stateFrom(input: RunInput): State | null {
  if (input.state === undefined || workflowInfo().continuedFromExecutionRunId === undefined) return null
  return input.state as unknown as State
}

/** Whether the detector's leave came with the start, for this very run and in time. */
export function isGranted(): boolean {
  const issuedAt = grantOf()?.issuedAt
  return typeof issuedAt === 'number' && workflowInfo().startTime.getTime() - issuedAt <= GRANT_VALID_MS
}

/** Whether whoever started this run gave it leave: then it is theirs, and they hear how it ends. */
export const hasGrant = (): boolean => grantOf() !== null

function grantOf(): Partial<Grant> | null {
  const { memo, workflowId } = workflowInfo()
  const grant = memo?.[GRANT_MEMO] as Partial<Grant> | null | undefined
  return typeof grant === 'object' && grant?.workflowId === workflowId ? grant : null
}
