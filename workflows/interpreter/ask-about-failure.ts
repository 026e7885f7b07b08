// Park, don't die: a failed step that waits for a person. Also every change whose outcome nobody knows.
import type { Json } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import type { Step } from '../../src/plan/plan.ts'
import type { Verb } from '../../src/plan/run.ts'
import { CANCELLED } from './flow.ts'
import type { GateAnswer } from './host.ts'
import { isObject, type Place, type RunContext } from './run-context.ts'
import { addNote, decideOnce } from './state.ts'
import { SKIPPED, stopped, type StepDone } from './step-done.ts'

/** Nobody waits for ever: after a day without an answer the run ends, with what it did undone. */
export const PARKED_DEADLINE_MS = 24 * 60 * 60 * 1000

const PARKED_VERBS: readonly Verb[] = ['retry', 'skip', 'supply']

export type FailureAnswer =
  | { readonly kind: 'done'; readonly done: StepDone }
  | { readonly kind: 'supplied'; readonly output: Json }
  /** Other arguments were written into the step's memory, where a person gave some. */
  | { readonly kind: 'again' }

/** Opens a gate on a failed step and waits for `retry`, `skip` or `supply`; `cancel` ends the whole run. */
export async function askAboutFailure(
  context: RunContext,
  step: Step,
  at: Place,
  failure: Failure,
  retries: number,
): Promise<FailureAnswer> {
  const { path } = at
  const uncertain = failure.code === 'uncertain'
  const openedAt = decideOnce(at.frame, `parked-${retries}`, () => context.host.now())
  const told = `parked/${path}#${retries}`
  // A person is waited for, so a person must know. Told once, also where the run goes on from its state.
  if (at.frame.choices['told'] !== told) {
    await context.tellFailure(told, `\`${path}\` failed and waits for a person: ${failure.message}`)
    // Afterwards: a run that continues as new before that tells it again, under the same key.
    at.frame.choices['told'] = told
  }
  const answer = await context.host.ask({
    id: retries === 0 ? path : `${path}#${retries}`,
    kind: uncertain ? 'uncertain' : 'parked',
    title: uncertain ? `Did it happen? ${step.title}` : `Failed: ${step.title}`,
    message: failure.message,
    snapshot: { planHash: context.planHash, step: path, code: failure.code, message: failure.message, retries },
    openedAt,
    deadlineAt: openedAt + PARKED_DEADLINE_MS,
    verbs: PARKED_VERBS,
    notBy: [],
    output: 'action' in step ? (step.action.output ?? null) : null,
  })
  if (answer.kind !== 'said') {
    if (uncertain) return done(stopped({ kind: 'unresolved', failure, step: path }))
    if (answer.kind === 'cancelled') return done(stopped(CANCELLED))
    return done(stopped({ kind: 'failed', failure, step: path }))
  }
  noteAnswer(context, path, answer)
  switch (answer.verb) {
    case 'retry':
      if (isObject(answer.value ?? undefined)) at.frame.choices['args'] = answer.value
      at.frame.choices['retries'] = retries + 1
      return { kind: 'again' }
    case 'supply':
      return { kind: 'supplied', output: answer.value }
    case 'skip':
      return done(SKIPPED)
    case 'approve':
    case 'reject':
    case 'cancel':
    case 'pause':
    case 'resume':
    case 'ack':
      throw new Error(`the gate of \`${path}\` was settled by \`${answer.verb}\`, which it does not take`)
  }
}

export function noteAnswer(context: RunContext, path: string, answer: GateAnswer & { readonly kind: 'said' }): void {
  const why = answer.why === null ? '' : `: ${answer.why}`
  addNote(context.state, context.host.now(), `${answer.by} said ${answer.verb} to ${path}${why}`)
}

const done = (result: StepDone): FailureAnswer => ({ kind: 'done', done: result })
