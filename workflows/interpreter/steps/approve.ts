import type { Json } from '../../../src/plan/json.ts'
import type { ApproveStep } from '../../../src/plan/plan.ts'
import { noteAnswer } from '../ask-about-failure.ts'
import { CANCELLED } from '../flow.ts'
import { recheck } from '../recheck.ts'
import { textAt, type Place, type RunContext } from '../run-context.ts'
import { addNote, decideOnce } from '../state.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

/**
 * Waits for people's word. A vote binds to the snapshot taken when the gate opened; silence never approves, and the
 * starter's own word does not count.
 */
export async function runApprove(context: RunContext, step: ApproveStep, at: Place): Promise<StepDone> {
  const { frame } = at
  for (;;) {
    const refusal = await collectVotes(context, step, at)
    if (refusal !== null) return refusal
    const approved = completed({ by: votersOf(at), why: frame.choices['why'] ?? null })
    if (step.recheck !== null) {
      const round = decideOnce(frame, 'round', () => 0)
      const again = await recheck(context, step, step.recheck, at, round)
      if (again.kind === 'cancelled') return stopped(CANCELLED)
      if (again.kind === 'failed') return failed(again.failure, at.path)
      if (again.kind === 'drifted') {
        addNote(context.state, context.host.now(), `${at.path}: not what was approved any more; it is asked again`)
        for (const question of OF_ONE_ROUND) delete frame.choices[question]
        frame.choices['round'] = round + 1
        continue
      }
    }
    // A person has seen it: what stands at the top is not asked for twice.
    if (at.around.outer === null) context.state.leave ??= 'given'
    return approved
  }
}

const OF_ONE_ROUND = ['snapshot', 'opened', 'escalated', 'voters', 'why']

const votersOf = ({ frame }: Place): readonly string[] => (frame.choices['voters'] ?? []) as readonly string[]

/** Waits until enough people have approved. Answers null then, or how the step ends without them. */
async function collectVotes(context: RunContext, step: ApproveStep, at: Place): Promise<StepDone | null> {
  const { path, frame } = at
  const snapshot: Json = decideOnce(frame, 'snapshot', () => snapshotOf(context, step, at))
  const openedAt = decideOnce(frame, 'opened', () => context.host.now())
  const starter = context.startedBy.kind === 'person' ? [context.startedBy.name] : []
  while (votersOf(at).length < step.quorum) {
    const voters = votersOf(at)
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
    frame.choices['voters'] = [...voters, answer.by]
    frame.choices['why'] = answer.why
  }
  return null
}

const snapshotOf = (context: RunContext, step: ApproveStep, at: Place): Json => ({
  planHash: context.planHash,
  gate: at.path,
  message: textAt(context, at.around, step.message),
  target: context.target,
  inputs: context.roots['inputs'] ?? null,
  // Another look is another question, whatever its words.
  ...(at.frame.choices['round'] === undefined ? {} : { round: at.frame.choices['round'] }),
})

/** Tells everybody in the runbook's escalation once; the gate then waits as long again, and ends in reject. */
async function escalateGate(context: RunContext, path: string): Promise<void> {
  const people = [...new Set(context.plan.escalate.flatMap(({ notify }) => notify))]
  if (people.length > 0)
    await context.host.notify(`${path}/escalate`, people, `\`${path}\` still waits for a decision.`, 'page')
}

const rejected = (code: 'rejected' | 'gate-deadline', message: string): StepDone =>
  stopped({ kind: 'rejected', code, message })
