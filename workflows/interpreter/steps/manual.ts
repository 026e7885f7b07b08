import { renderValue } from '../../../src/expressions/evaluate.ts'
import type { ManualStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, failed, stopped, type StepDone } from '../run-steps.ts'
import { decideOnce } from '../state.ts'
import { PARKED_DEADLINE_MS } from '../ask-about-failure.ts'

/** A person does it and says so, with the output: the verb `supply`. */
export async function runManual(
  context: RunContext,
  step: ManualStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const message = String(renderValue(step.text, scopeAt(context, around)))
  const openedAt = decideOnce(context.state, `${path}?opened`, () => context.host.now())
  const answer = await context.host.ask({
    id: path,
    kind: 'approval',
    title: step.title,
    message,
    snapshot: { planHash: context.planHash, gate: path, message, checklist: step.checklist },
    openedAt,
    deadlineAt: openedAt + (step.deadlineMs ?? PARKED_DEADLINE_MS),
    verbs: ['supply', 'reject'],
  })
  if (answer.kind === 'cancelled') return stopped(CANCELLED)
  if (answer.kind === 'deadline')
    return failed({ code: 'exhausted', message: `nobody did \`${path}\` before its deadline` }, path)
  if (answer.verb !== 'supply')
    return failed(
      {
        code: 'refused',
        message: `${answer.by} refused to do \`${path}\`${answer.why === null ? '' : `: ${answer.why}`}`,
      },
      path,
    )
  return completed(answer.value)
}
