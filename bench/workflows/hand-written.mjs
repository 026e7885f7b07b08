// The reference of the bench: the same steps as the plan in ../same-steps.ts, written by hand as one would in Temporal's
// SDK, with ids, summaries and an outcome that can be searched for, as an operator would want them. Plain JavaScript, because
// the build that it is compared with is that too.
import { defineSearchAttributeKey } from '@temporalio/common'
import { proxyActivities, upsertSearchAttributes } from '@temporalio/workflow'

const OUTCOME = defineSearchAttributeKey('PhixOutcome', 'KEYWORD')
const WAITING = defineSearchAttributeKey('PhixWaiting', 'BOOL')

const activities = proxyActivities({
  startToCloseTimeout: '30s',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 1 },
})

/** @param {number} stepCount */
export async function handWritten(stepCount) {
  let sum = 0
  for (let n = 0; n < stepCount; n++) {
    const work = activities['bench.work']
    const options = { activityId: `step-${n}`, summary: `Do the work number ${n}` }
    const done = await work.executeWithOptions(options, [{ args: { n } }])
    sum += done.n
  }
  upsertSearchAttributes([
    { key: OUTCOME, value: 'effective' },
    { key: WAITING, value: false },
  ])
  return sum
}
