// The real detector beside a runbook that does nothing but wait to be told how it ends.
import { CancelledFailure, condition, defineSignal, isCancellation, setHandler, upsertMemo } from '@temporalio/workflow'
import { RESULT_MEMO } from '../../../src/plan/read-result.ts'
import type { RunInput, RunResult } from '../../../src/plan/run.ts'

export { detector } from '../../../workflows/detector.ts'
export { notification } from '../../../workflows/notification.ts'

export const finish = defineSignal<[RunResult]>('finish')

export default async function runbook(_input: RunInput): Promise<RunResult> {
  let result: RunResult | null = null
  setHandler(finish, (given) => {
    result = given
  })
  try {
    await condition(() => result !== null)
  } catch (error) {
    if (!isCancellation(error)) throw error
    const message = 'asked for in Temporal'
    const times = { startedAt: 0, endedAt: 1 }
    upsertMemo({
      [RESULT_MEMO]: { outcome: 'cancelled', code: 'cancelled', message, failure: null, left: [], ...times },
    })
    throw new CancelledFailure(message)
  }
  return result as unknown as RunResult
}
