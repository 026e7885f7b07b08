// The real detector beside a runbook that does nothing but wait to be told how it ends.
import { condition, defineSignal, setHandler } from '@temporalio/workflow'
import type { RunInput, RunResult } from '../../../src/plan/run.ts'

export { detector } from '../../../workflows/detector.ts'

export const finish = defineSignal<[RunResult]>('finish')

export default async function runbook(_input: RunInput): Promise<RunResult> {
  let result: RunResult | null = null
  setHandler(finish, (given) => {
    result = given
  })
  await condition(() => result !== null)
  return result as unknown as RunResult
}
