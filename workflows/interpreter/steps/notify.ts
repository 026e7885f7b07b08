import type { NotifyStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { textAt, type Place, type RunContext } from '../run-context.ts'
import { addNote } from '../state.ts'
import { completed, stopped, type StepDone } from '../step-done.ts'

/** Tells people; a channel that is down never stops a recovery. */
export async function runNotify(context: RunContext, step: NotifyStep, at: Place): Promise<StepDone> {
  const message = textAt(context, at.around, step.message)
  const { problem } = await context.host.notify(at.path, step.to, message, 'note')
  if (context.host.isCancelled() && problem !== null) return stopped(CANCELLED)
  if (problem !== null) addNote(context.state, context.host.now(), `${at.path}: nobody was told: ${problem}`)
  return completed({ told: problem === null })
}
