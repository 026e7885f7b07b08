import type { ManualStep } from '../../../src/plan/plan.ts'
import { noteAnswer, PARKED_DEADLINE_MS } from '../ask-about-failure.ts'
import { CANCELLED } from '../flow.ts'
import { textAt, type Place, type RunContext } from '../run-context.ts'
import { decideOnce } from '../state.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

/** A person does it and says so, with the output: the verb `supply`. */
export async function runManual(context: RunContext, step: ManualStep, at: Place): Promise<StepDone> {
  const { path, frame } = at
  const message = decideOnce(frame, 'message', () => textAt(context, at.around, step.text))
  const openedAt = decideOnce(frame, 'opened', () => context.host.now())
  const answer = await context.host.ask({
    id: path,
    kind: 'approval',
    title: step.title,
    message,
    snapshot: { planHash: context.planHash, gate: path, message, checklist: step.checklist },
    openedAt,
    deadlineAt: openedAt + (step.deadlineMs ?? PARKED_DEADLINE_MS),
    verbs: ['supply', 'reject'],
    notBy: [],
    output: step.output,
  })
  if (answer.kind === 'cancelled') return stopped(CANCELLED)
  if (answer.kind === 'deadline')
    return failed({ code: 'exhausted', message: `nobody did \`${path}\` before its deadline` }, path)
  noteAnswer(context, path, answer)
  if (answer.verb === 'supply') return completed(answer.value)
  const why = answer.why === null ? '' : `: ${answer.why}`
  return failed({ code: 'refused', message: `${answer.by} refused to do \`${path}\`${why}` }, path)
}
