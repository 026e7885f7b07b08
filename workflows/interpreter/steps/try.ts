import type { Json, JsonObject } from '../../../src/plan/json.ts'
import type { TryStep } from '../../../src/plan/plan.ts'
import { CANCELLED, type Flow } from '../flow.ts'
import { enter, enterPart, type Place, type RunContext, type Surroundings } from '../run-context.ts'
import { decideOnce } from '../state.ts'
import { failed, type StepDone } from '../step-done.ts'
import { blockDone } from './do.ts'

/** A `finally` that hangs must not hold a cancelled run for ever. */
export const FINALLY_LIMIT_MS = 30 * 60 * 1000

/** Runs its steps; a failure goes to the first `catch` that takes its code; `finally` runs whatever happened. */
export async function runTry(context: RunContext, step: TryStep, at: Place): Promise<StepDone> {
  const inner = enter(at)
  // Once known it is kept: a run that continues in `finally` must not begin again what was cancelled.
  const flow = (at.frame.choices['tried'] ?? (await tryAndCatch(context, step, at, inner))) as Flow
  at.frame.choices['tried'] = flow as unknown as Json
  if (step.finally.length === 0) return blockDone(context, inner, flow, step.outputs)
  const deadline = decideOnce(at.frame, 'finally-deadline', () => context.host.now() + FINALLY_LIMIT_MS)
  const body = (): Promise<Flow> => context.runSteps(context, step.finally, beside(at, inner, 'finally'))
  const { value: after, timedOut } = await context.host.shielded(
    () => context.host.scope(body, { timeoutMs: deadline - context.host.now(), cancelled: false }).result,
  )
  if (timedOut && after.kind === 'cancelled') {
    const message = `\`finally\` of \`${at.path}\` did not end within ${FINALLY_LIMIT_MS} ms`
    return failed({ code: 'exhausted', message }, at.path)
  }
  return blockDone(context, inner, worse(flow, after), step.outputs)
}

async function tryAndCatch(context: RunContext, step: TryStep, at: Place, inner: Surroundings): Promise<Flow> {
  const tried = await context.runSteps(context, step.steps, inner)
  if (tried.kind !== 'failed') return tried
  const { code, message } = tried.failure
  const index = step.catches.findIndex(({ codes }) => codes === null || codes.includes(code))
  const handler = step.catches[index]
  if (handler === undefined) return tried
  const error = { code, message, step: tried.step }
  return context.runSteps(context, handler.steps, beside(at, inner, `catch-${index + 1}`, { error }))
}

/** The block of `catch` or `finally`: it sees what was tried. */
const beside = (at: Place, tried: Surroundings, part: string, extra: JsonObject = {}): Surroundings => ({
  ...enterPart(at, part, extra),
  outer: tried,
})

/** What ends more than the block stays; else a failed `finally` counts. */
const worse = (flow: Flow, after: Flow): Flow =>
  after.kind === 'next' || flow.kind === CANCELLED.kind || flow.kind === 'unresolved' ? flow : after
