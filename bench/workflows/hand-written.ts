// The reference of the bench: the same steps as the plan in ../same-steps.ts, written by hand as one would in Temporal's
// TypeScript SDK, with ids and summaries as an operator would want them.
import { proxyActivities } from '@temporalio/workflow'

interface BenchActivities {
  'bench.work': (call: { readonly args: { readonly n: number } }) => Promise<{ readonly n: number }>
}

const activities = proxyActivities<BenchActivities>({
  startToCloseTimeout: '30s',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 1 },
})

export async function handWritten(stepCount: number): Promise<number> {
  let sum = 0
  for (let n = 0; n < stepCount; n++) {
    const work = activities['bench.work']
    const { n: done } = await work.executeWithOptions({ activityId: `step-${n}`, summary: `Do the work number ${n}` }, [
      { args: { n } },
    ])
    sum += done
  }
  return sum
}
