// One message that could not be delivered at once: waits until it may go out, then insists. What was delivered already
// the activity knows from the journal. Attempts cost no history; after a day it is nobody's news any more.
import { proxyActivities, sleep, workflowInfo } from '@temporalio/workflow'
import type { NotificationInput, NotifyCall, NotifyReport } from '../src/plan/run.ts'

/** Quiet hours may have been moved, so a day and a half is more than the longest night. */
const activities = proxyActivities<{ notify(call: NotifyCall): Promise<NotifyReport | null> }>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '36h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
})

export async function notification({ call, at }: NotificationInput): Promise<void> {
  const waitMs = at - Date.now()
  if (waitMs > 0) await sleep(waitMs, { summary: 'May not go out before' })
  const summary = `Tell ${call.to.join(', ')} of ${workflowInfo().workflowId}`.slice(0, 200)
  await activities.notify.executeWithOptions({ summary }, [{ ...call, insist: true }])
}
