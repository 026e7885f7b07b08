// Stand-ins for a run and a detector: they answer as ours do, and do nothing else.
import { ApplicationFailure, upsertSearchAttributes } from '@temporalio/workflow'
import * as workflow from '@temporalio/workflow'
import { defineSearchAttributeKey } from '@temporalio/common'

interface Script {
  readonly target: string
  readonly hold: boolean
  readonly failsItsTask?: boolean
}

export default async function runbook({ target, hold, failsItsTask }: Script): Promise<unknown> {
  upsertSearchAttributes([
    { key: defineSearchAttributeKey('PhixCluster', 'KEYWORD'), value: 'lab' },
    { key: defineSearchAttributeKey('PhixTarget', 'KEYWORD'), value: target },
    { key: defineSearchAttributeKey('PhixWaiting', 'BOOL'), value: hold },
  ])
  if (failsItsTask) throw new TypeError('a bug in our code')
  let released = !hold
  workflow.setHandler(workflow.defineQuery('state'), () => ({ v: 1, target }))
  workflow.setHandler(workflow.defineUpdate<void, [{ by: string }]>('approve'), () => void (released = true), {
    validator: ({ by }) => {
      if (by === 'mallory') throw ApplicationFailure.nonRetryable('`mallory` may not approve this', 'refused')
    },
  })
  await workflow.condition(() => released)
  return { outcome: 'effective' }
}

export async function detector(input: { readonly cluster: string }): Promise<void> {
  const seen: unknown[] = []
  const starts: string[] = []
  workflow.setHandler(workflow.defineQuery('state'), () => ({ ...input, seen, starts }))
  workflow.setHandler(workflow.defineSignal<[unknown[]]>('observed'), (batch) => void seen.push(...batch))
  workflow.setHandler(workflow.defineUpdate<object, [{ requestId: string }]>('start'), ({ requestId }) => {
    starts.push(requestId)
    return { decision: { kind: 'refused' }, workflowId: null, runId: null }
  })
  await workflow.condition(() => false)
}
