// Park, don't die: a failed step that waits for a person. Also every change whose outcome nobody knows.
import type { Json, JsonObject } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import type { Step } from '../../src/plan/plan.ts'
import type { Verb } from '../../src/plan/run.ts'
import type { RunContext } from './run-context.ts'
import { completed, stopped, type StepDone } from './run-steps.ts'
import { addNote, decideOnce } from './state.ts'

/** Nobody waits for ever: after a day without an answer the run ends, with what it did undone. */
export const PARKED_DEADLINE_MS = 24 * 60 * 60 * 1000

const PARKED_VERBS: readonly Verb[] = ['retry', 'skip', 'supply', 'cancel']

export type FailureAnswer =
  { readonly kind: 'done'; readonly done: StepDone } | { readonly kind: 'again'; readonly args: JsonObject | null }

/** Opens a gate on a failed step and waits for `retry`, `skip`, `supply` or `cancel`. */
export async function askAboutFailure(
  context: RunContext,
  step: Step,
  path: string,
  failure: Failure,
  retries: number,
): Promise<FailureAnswer> {
  const uncertain = failure.code === 'uncertain'
  const id = retries === 0 ? path : `${path}#${retries}`
  const openedAt = decideOnce(context.state, `${path}?parked-${retries}`, () => context.host.now())
  const answer = await context.host.ask({
    id,
    kind: uncertain ? 'uncertain' : 'parked',
    title: uncertain ? `Did it happen? ${step.title}` : `Failed: ${step.title}`,
    message: failure.message,
    snapshot: { step: path, failure: { ...failure }, retries } as unknown as Json,
    openedAt,
    deadlineAt: openedAt + PARKED_DEADLINE_MS,
    verbs: PARKED_VERBS,
  })
  if (answer.kind === 'cancelled') return done(stopped({ kind: 'cancelled', message: 'The run was cancelled.' }))
  if (answer.kind === 'deadline') {
    if (uncertain) return done(stopped({ kind: 'unresolved', failure, step: path }))
    return done(stopped({ kind: 'cancelled', message: `Nobody answered for \`${path}\` in time.` }))
  }
  addNote(
    context.state,
    context.host.now(),
    `${answer.by} said ${answer.verb} to ${path}${answer.why === null ? '' : `: ${answer.why}`}`,
  )
  switch (answer.verb) {
    case 'retry':
      return { kind: 'again', args: isObject(answer.value) ? answer.value : null }
    case 'skip':
      return done({ flow: { kind: 'next' }, output: { skipped: true }, attempts: 0 })
    case 'supply':
      return done(completed(answer.value))
    default:
      if (uncertain) return done(stopped({ kind: 'unresolved', failure, step: path }))
      return done(stopped({ kind: 'cancelled', message: `${answer.by} cancelled the run at \`${path}\`.` }))
  }
}

const done = (result: StepDone): FailureAnswer => ({ kind: 'done', done: result })
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
