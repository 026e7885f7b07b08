import type { UndoLeftStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import type { Place, RunContext } from '../run-context.ts'
import { recordOf } from '../state.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

/** Takes back what an earlier run left on this target, last first; each is remembered once it is done. */
export async function undoLeft(context: RunContext, step: UndoLeftStep, at: Place, retries: number): Promise<StepDone> {
  for (const [index, entry] of [...context.left.entries()].toReversed()) {
    const done = `undone-${index}`
    if (recordOf(at.frame, done) !== undefined) continue
    context.state.changed = true
    const answer = await context.host.act({
      path: `${at.path}[${index}]`,
      operatorRetry: retries,
      title: `Take back: ${entry.title}`,
      action: entry.action,
      args: entry.args,
      retry: step.retry,
      totalTimeoutMs: null,
      poll: null,
    })
    if (answer.kind === 'cancelled') return stopped(CANCELLED)
    if (answer.kind === 'failed') return failed(answer.failure, at.path, answer.attempts)
    const { output, attempts } = answer
    at.frame.records[done] = { status: 'undone', output, code: null, message: null, attempts }
  }
  return completed({ undone: context.left.length })
}
