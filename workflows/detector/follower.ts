// ONE activity follows every open run that is not a child of this workflow run: after continue-as-new, and for runs
// that were started past the detector. It is the truth of when a lock is free (a child's own word is only faster).
import { CancellationScope, condition, isCancellation, log, sleep } from '@temporalio/workflow'
import type { FollowCall, FollowReport } from '../../src/guard/protocol.ts'
import { follow } from './activities.ts'

type Open = FollowCall['open']

const PAUSE_AFTER_FAILURE_MS = 2_000

/** Tells of every close, one after the other; starts anew when the set of runs has changed. */
export async function followRuns(open: () => Open, onClosed: (report: FollowReport) => void): Promise<never> {
  for (;;) {
    await condition(() => open().length > 0)
    const followed = open()
    const known = keyOf(followed)
    const scope = new CancellationScope()
    const report = await scope.run(() =>
      Promise.race([
        follow({ open: followed }).catch(failed),
        condition(() => keyOf(open()) !== known).then(() => null),
      ]),
    )
    scope.cancel()
    if (report === 'failed') await sleep(PAUSE_AFTER_FAILURE_MS, { summary: 'Before following again' })
    else if (report !== null) onClosed(report)
  }
}

const keyOf = (open: Open): string => open.map(({ workflowId, runId }) => `${workflowId} ${runId}`).join('\n')

function failed(error: unknown): 'failed' {
  if (!isCancellation(error)) log.warn('following the open runs failed', { error })
  return 'failed'
}
