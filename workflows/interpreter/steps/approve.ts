import type { Json } from '../../../src/plan/json.ts'
import type { ApproveStep } from '../../../src/plan/plan.ts'
import { noteAnswer } from '../ask-about-failure.ts'
import { CANCELLED } from '../flow.ts'
import { textAt, type Place, type RunContext } from '../run-context.ts'
import { decideOnce } from '../state.ts'
import { completed, stopped, type StepDone } from '../step-done.ts'

/**
 * Waits for people's word. A vote binds to the snapshot taken when the gate opened; silence never approves, and the
 * starter's own word does not count.
 */
export async function runApprove(context: RunContext, step: ApproveStep, at: Place): Promise<StepDone> {
  const { path, frame } = at
  const snapshot: Json = decideOnce(frame, 'snapshot', () => ({
    planHash: context.planHash,
    gate: path,
    message: textAt(context, at.around, step.message),
    target: context.target,
    inputs: context.roots['inputs'] ?? null,
  }))
  const openedAt = decideOnce(frame, 'opened', () => context.host.now())
  const starter = context.startedBy.kind === 'person' ? [context.startedBy.name] : []
  for (;;) {
    const voters = (frame.choices['voters'] ?? []) as readonly string[]
    const escalated = frame.choices['escalated'] === true
    const answer = await context.host.ask({
      id: path,
      kind: 'approval',
      title: step.title,
      message: (snapshot as { readonly message: string }).message,
      snapshot,
      openedAt,
      deadlineAt: openedAt + step.deadlineMs * (escalated ? 2 : 1),
      verbs: ['approve', 'reject'],
      notBy: [...starter, ...voters],
    })
    if (answer.kind === 'cancelled') return stopped(CANCELLED)
    if (answer.kind === 'deadline') {
      if (step.onDeadline === 'reject' || escalated)
        return rejected('gate-deadline', `Nobody decided \`${path}\` before its deadline.`)
      await escalateGate(context, path)
      frame.choices['escalated'] = true
      continue
    }
    noteAnswer(context, path, answer)
    if (answer.verb !== 'approve')
      return rejected('rejected', `${answer.by} rejected \`${path}\`${answer.why === null ? '.' : `: ${answer.why}`}`)
    const voted = [...voters, answer.by]
    if (voted.length >= step.quorum) return completed({ by: voted, why: answer.why })
    frame.choices['voters'] = voted
  }
}

/** Tells everybody on the runbook's ladder once; the gate then waits as long again, and ends in reject. */
async function escalateGate(context: RunContext, path: string): Promise<void> {
  const people = [...new Set(context.plan.escalate.flatMap(({ notify }) => notify))]
  if (people.length > 0)
    await context.host.notify(`${path}/escalate`, people, `\`${path}\` still waits for a decision.`)
}

const rejected = (code: 'rejected' | 'gate-deadline', message: string): StepDone =>
  stopped({ kind: 'rejected', code, message })
