import { CancellationScope, isCancellation } from '@temporalio/workflow'
import type { ChildAnswer } from './interpreter/host.ts'

/** A child that gave no result: it was cancelled, terminated, or never began. */
export function endOfChild(error: unknown, name: string): ChildAnswer {
  if (isCancellation(error) && CancellationScope.current().consideredCancelled) return { kind: 'cancelled' }
  if (!isTemporalFailure(error)) throw error
  const { message: said, cause } = error as Error & { readonly cause?: Error }
  const message = `\`${name}\` ended without a result: ${cause?.message ?? said}`
  return { kind: 'failed', failure: { code: 'unavailable', message } }
}

const isTemporalFailure = (error: unknown): boolean =>
  error instanceof Error &&
  ['ChildWorkflowFailure', 'CancelledFailure', 'WorkflowExecutionAlreadyStartedError'].includes(error.name)
