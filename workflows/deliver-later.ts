// Hands a message that could not be delivered at once to a workflow of its own: it outlives the run that wrote it, so
// that neither quiet hours nor a channel that is down can lose it, and the run need not wait.
import { ParentClosePolicy, startChild } from '@temporalio/workflow'
import { notificationId } from '../src/plan/ids.ts'
import type { NotificationInput, NotifyCall } from '../src/plan/run.ts'

/** Starts the delivery; where it was started before, once is enough. */
export async function deliverLater(call: NotifyCall, at: number): Promise<void> {
  const input: NotificationInput = { call, at }
  try {
    await startChild('notification', {
      workflowId: notificationId(call.idempotencyKey),
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Tell ${call.to.join(', ')}, not before ${new Date(at).toISOString()}`,
    })
  } catch (error) {
    // A name, not a class: an error that crossed the sandbox's border is of another realm.
    if ((error as Error).name !== 'WorkflowExecutionAlreadyStartedError') throw error
  }
}
