import { evaluateCel, renderMap, renderValue } from '../../../src/expressions/evaluate.ts'
import type { Json, JsonObject } from '../../../src/plan/json.ts'
import type { ForEachStep } from '../../../src/plan/plan.ts'
import type { Flow } from '../flow.ts'
import { resultRow, runBranches, toleratedOf } from '../run-branches.ts'
import { enterPart, scopeAt, type Place, type RunContext } from '../run-context.ts'
import { decideOnce, recordOf } from '../state.ts'
import { completed, failed, stopped, type StepDone } from '../step-done.ts'

const MAX_ITEMS = 1_000

/** Runs its steps once per item, some at a time; an iteration is named by its key, so that ids mean something. */
export async function runForEach(context: RunContext, step: ForEachStep, at: Place): Promise<StepDone> {
  const { path, frame } = at
  const items = decideOnce(frame, 'items', () => renderValue(step.in, scopeAt(context, at.around)))
  if (!Array.isArray(items))
    return failed(
      { code: 'rejected', message: `\`${path}\` goes over ${JSON.stringify(items)}, which is no list` },
      path,
    )
  const list: readonly Json[] = items
  if (list.length > MAX_ITEMS)
    return failed(
      { code: 'exhausted', message: `\`${path}\` has ${list.length} items; the limit is ${MAX_ITEMS}` },
      path,
    )
  const keys = list.map((item, index) => keyOf(context, step, at, item, index))
  const seen = new Set<string>()
  const repeated = keys.find((key) => seen.size === seen.add(key).size)
  if (repeated !== undefined)
    return failed({ code: 'rejected', message: `\`${path}\` has two items with the key \`${repeated}\`` }, path)
  const branches = list.map((item, index) => {
    const name = keys[index] as string
    return { name, run: () => runIteration(context, step, at, `[${name}]`, { item, index }) }
  })
  const { flow, results } = await runBranches(context, frame, branches, {
    concurrency: step.concurrency,
    ramp: step.ramp,
    mode: step.mode,
    tolerated: toleratedOf(step.maxFailures, list.length),
  })
  if (flow.kind !== 'next') return stopped(flow)
  return completed({
    results: results.map((result) => ({
      ...resultRow(result),
      output: recordOf(frame, `[${result.name}]`)?.output ?? {},
    })),
  })
}

/** One iteration. Once it went well it is one record, and its inside is forgotten. */
async function runIteration(
  context: RunContext,
  step: ForEachStep,
  at: Place,
  part: string,
  extra: JsonObject,
): Promise<Flow> {
  const before = recordOf(at.frame, part)
  if (before !== undefined) return { kind: 'next' }
  const inner = enterPart(at, part, extra)
  const flow = await context.runSteps(context, step.steps, inner)
  if (flow.kind !== 'next') return flow
  const output = renderMap(step.outputs, scopeAt(context, inner))
  at.frame.records[part] = { status: 'completed', output, code: null, message: null, attempts: 1 }
  delete at.frame.inner[part]
  return flow
}

function keyOf(context: RunContext, step: ForEachStep, at: Place, item: Json, index: number): string {
  const named = step.key === null ? item : evaluateCel(step.key, { ...scopeAt(context, at.around), item, index })
  if (typeof named === 'string') return named
  return step.key === null ? String(index) : JSON.stringify(named)
}
