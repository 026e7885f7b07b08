import { renderValue } from '../../../src/expressions/evaluate.ts'
import type { Json } from '../../../src/plan/json.ts'
import type { ApproveStep } from '../../../src/plan/plan.ts'
import { CANCELLED } from '../flow.ts'
import { scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, stopped, type StepDone } from '../run-steps.ts'
import { addNote, decideOnce } from '../state.ts'

/** Waits for a person's word. The vote binds to the snapshot taken when the gate opened; silence never approves. */
export async function runApprove(
  context: RunContext,
  step: ApproveStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const message = String(renderValue(step.message, scopeAt(context, around)))
  const openedAt = decideOnce(context.state, `${path}?opened`, () => context.host.now())
  const snapshot: Json = decideOnce(context.state, `${path}?snapshot`, () => ({
    planHash: context.planHash,
    gate: path,
    message,
    target: context.target,
    inputs: context.roots['inputs'] ?? null,
  }))
  const answer = await context.host.ask({
    id: path,
    kind: 'approval',
    title: step.title,
    message,
    snapshot,
    openedAt,
    deadlineAt: openedAt + step.deadlineMs,
    verbs: ['approve', 'reject'],
  })
  if (answer.kind === 'cancelled') return stopped(CANCELLED)
  if (answer.kind === 'deadline')
    return stopped({ kind: 'rejected', message: `Nobody decided \`${path}\` before its deadline.` })
  addNote(
    context.state,
    context.host.now(),
    `${answer.by} said ${answer.verb} to ${path}${answer.why === null ? '' : `: ${answer.why}`}`,
  )
  if (answer.verb !== 'approve')
    return stopped({
      kind: 'rejected',
      message: `${answer.by} rejected \`${path}\`${answer.why === null ? '.' : `: ${answer.why}`}`,
    })
  return completed({ by: answer.by, why: answer.why })
}
