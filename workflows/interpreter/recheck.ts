// `recheck`: the read that people decided by is repeated after their word, because minutes may have passed.
import { renderMap } from '../../src/expressions/evaluate.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import type { ApproveStep } from '../../src/plan/plan.ts'
import { isObject, nameOf, scopeAt, textAt, type Place, type RunContext, type Surroundings } from './run-context.ts'
import { recordOf } from './state.ts'
import { findStep } from './steps-inside.ts'

export type Rechecked =
  | { readonly kind: 'same' | 'cancelled' }
  | { readonly kind: 'drifted'; readonly seen: string }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Reads again and remembers what was read now. Drifted: what the gate's message shows of it is not so any more. */
export async function recheck(
  context: RunContext,
  step: ApproveStep,
  id: string,
  at: Place,
  round: number,
): Promise<Rechecked> {
  const read = findStep(context.plan.steps, id) ?? findStep(context.plan.finally, id)
  if (read === null || (read.kind !== 'act' && read.kind !== 'waitUntil'))
    throw new Error(`\`${at.path}\` is to recheck \`${id}\`, which is no read of this plan`)
  const answer = await context.host.act({
    path: `${at.path}/recheck`,
    operatorRetry: round,
    title: `Look again: ${read.title}`,
    action: read.action,
    args: renderMap(read.with, scopeAt(context, at.around)),
    retry: read.retry,
    totalTimeoutMs: read.timeoutMs,
    poll: null,
  })
  if (answer.kind === 'cancelled') return { kind: 'cancelled' }
  if (answer.kind === 'failed') return { kind: 'failed', failure: answer.failure }
  const shown = shownBy(context, step, id, at)
  rememberOutput(at.around, id, answer.output)
  const seen = shownBy(context, step, id, at)
  return seen === shown ? { kind: 'same' } : { kind: 'drifted', seen }
}

/** What the gate shows of a read: its message, or the whole output where the message does not name it. */
function shownBy(context: RunContext, step: ApproveStep, id: string, at: Place): string {
  if (JSON.stringify(step.message).includes(id)) return textAt(context, at.around, step.message)
  const steps = scopeAt(context, at.around)['steps']
  return JSON.stringify(isObject(steps) ? steps[id] : null)
}

function rememberOutput(around: Surroundings, id: string, output: Json): void {
  for (let each: Surroundings | null = around; each !== null; each = each.outer) {
    const record = recordOf(each.frame, id)
    if (record === undefined) continue
    each.frame.records[id] = { ...record, output }
    each.steps[id] = nameOf({ ...record, output })
    return
  }
}
