// `automation: approve`: a run that no person started changes nothing before a person has approved its plan. Reads go
// ahead, so that a cause which is gone already wakes nobody.
import type { Json } from '../../src/plan/json.ts'
import type { Step } from '../../src/plan/plan.ts'
import { noteAnswer } from './ask-about-failure.ts'
import { CANCELLED, type Flow } from './flow.ts'
import { outlineOf } from './outline.ts'
import { scopeAt, type Place, type RunContext } from './run-context.ts'
import { addNote, decideOnce } from './state.ts'
import { SKIPPED, stopped, type StepDone } from './step-done.ts'

/** `#` is in no step's id, so this is no step's gate. */
export const LEAVE_GATE = 'run#approve'
const LEAVE_DEADLINE_MS = 60 * 60 * 1000
/** Whom a runbook without `escalate` means. */
const ONCALL = ['oncall']

/** Whether a step may change the world, so that it needs the leave of a person where the run has none yet. */
export function needsLeave({ asksLeave, state }: RunContext, step: Step): boolean {
  if (!asksLeave || state.leave === 'given') return false
  switch (step.kind) {
    case 'act':
      return step.action.effect !== 'read'
    case 'degrade':
    case 'restore':
    case 'undoLeft':
    case 'run':
      return true
    default:
      return false
  }
}

/** Waits for the leave of a person; branches that need it at once wait for one. Answers null, or what the step ends with. */
export async function askLeave(context: RunContext, at: Place): Promise<StepDone | null> {
  const { state, leave, host } = context
  for (;;) {
    if (state.leave === 'given') return null
    if (state.ending !== null) {
      addNote(state, host.now(), `${at.path} was left out: no person approved a change`)
      return SKIPPED
    }
    if (state.leave !== undefined) return stopped(state.leave)
    leave.asked ??= ask(context, at).finally(() => {
      leave.asked = null
    })
    await leave.asked
    // The branch that asked may have been cancelled, and this one not.
    if (state.leave === undefined && host.isCancelled()) return stopped(CANCELLED)
  }
}

async function ask(context: RunContext, at: Place): Promise<void> {
  const { plan, state, host, target } = context
  const frame = state.steps
  const message = decideOnce(frame, 'leave-message', () => messageOf(context, at))
  const openedAt = decideOnce(frame, 'leave-opened', () => host.now())
  const snapshot: Json = {
    ...{ planHash: context.planHash, gate: LEAVE_GATE, message, target },
    inputs: context.roots['inputs'] ?? null,
  }
  const told = tellPeople(context)
  const answer = await host.ask({
    id: LEAVE_GATE,
    kind: 'approval',
    title: `May \`${plan.name}\` change \`${target}\`?`,
    message,
    snapshot,
    openedAt,
    deadlineAt: openedAt + LEAVE_DEADLINE_MS,
    verbs: ['approve', 'reject'],
    notBy: [],
  })
  await told
  if (answer.kind === 'cancelled') return
  if (answer.kind === 'said') noteAnswer(context, LEAVE_GATE, answer)
  state.leave = answer.kind === 'said' && answer.verb === 'approve' ? 'given' : refusalOf(answer)
}

function refusalOf(answer: Awaited<ReturnType<RunContext['host']['ask']>>): Flow {
  if (answer.kind !== 'said')
    return { kind: 'rejected', code: 'gate-deadline', message: 'Nobody approved the run before its deadline.' }
  const why = answer.why === null ? '.' : `: ${answer.why}`
  return { kind: 'rejected', code: 'rejected', message: `${answer.by} rejected the run${why}` }
}

function messageOf(context: RunContext, at: Place): string {
  const { plan, startedBy, target } = context
  const why = startedBy.kind === 'person' ? startedBy.name : startedBy.why
  return `${plan.summary} On \`${target}\`, because ${why}.\n${outlineOf(plan.steps, scopeAt(context, at.around))}`
}

/** Told once, also where the run goes on from its state. A channel that is down is noted; the gate waits all the same. */
async function tellPeople(context: RunContext): Promise<void> {
  const { plan, state, host, target } = context
  const groups = [...new Set(plan.escalate.flatMap(({ notify }) => notify))]
  const to = groups.length > 0 ? groups : context.page.length > 0 ? context.page : ONCALL
  const message = `\`${plan.name}\` on \`${target}\` waits for your approval.`
  const { problem } = await host.notify(LEAVE_GATE, to, message, 'page')
  if (problem !== null) addNote(state, host.now(), `${LEAVE_GATE}: nobody was told: ${problem}`)
}
