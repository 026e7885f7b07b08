import { evaluateCel, renderMap, renderValue } from '../../../src/expressions/evaluate.ts'
import type { Json, JsonObject } from '../../../src/plan/json.ts'
import type { ForEachStep } from '../../../src/plan/plan.ts'
import { NEXT, type Flow } from '../flow.ts'
import { resultRow, runBranches, toleratedOf } from '../run-branches.ts'
import { enter, scopeAt, type RunContext, type Surroundings } from '../run-context.ts'
import { completed, failed, runSteps, stopped, type StepDone } from '../run-steps.ts'
import { decideOnce, forgetInside } from '../state.ts'

const MAX_ITEMS = 1_000

/** Runs its steps once per item, some at a time; an iteration is named by its key, so that ids mean something. */
export async function runForEach(
  context: RunContext,
  step: ForEachStep,
  around: Surroundings,
  path: string,
): Promise<StepDone> {
  const items = decideOnce(context.state, `${path}?items`, () => renderValue(step.in, scopeAt(context, around)))
  if (!Array.isArray(items))
    return failed(
      { code: 'rejected', message: `\`${path}\` goes over ${JSON.stringify(items)}, which is no list` },
      path,
    )
  if (items.length > MAX_ITEMS)
    return failed(
      { code: 'exhausted', message: `\`${path}\` has ${items.length} items; the limit is ${MAX_ITEMS}` },
      path,
    )
  const list: readonly Json[] = items
  const keys = list.map((item, index) => keyOf(context, step, around, item, index))
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index)
  if (repeated !== undefined)
    return failed({ code: 'rejected', message: `\`${path}\` has two items with the key \`${repeated}\`` }, path)
  const outputs: Record<string, JsonObject> = {}
  const branches = list.map((item, index) => {
    const key = keys[index] as string
    return {
      name: key,
      run: () =>
        runIteration(context, step, around, `${path}[${key}]`, { item, index }, (output) => (outputs[key] = output)),
    }
  })
  const { flow, results } = await runBranches(context, branches, {
    concurrency: step.concurrency,
    ramp: step.ramp,
    mode: step.mode,
    tolerated: toleratedOf(step.maxFailures, list.length),
  })
  if (flow.kind !== 'next') return stopped(flow)
  return completed({
    results: results.map((result) => ({ ...(resultRow(result) as JsonObject), output: outputs[result.name] ?? null })),
  })
}

/** One iteration. Once finished it is one choice in the state, and its inside is forgotten. */
async function runIteration(
  context: RunContext,
  step: ForEachStep,
  around: Surroundings,
  path: string,
  extra: JsonObject,
  give: (output: JsonObject) => void,
): Promise<Flow> {
  const before = context.state.choices[`${path}?done`] as
    { readonly flow: Flow; readonly output: JsonObject } | undefined
  if (before !== undefined) {
    give(before.output)
    return before.flow
  }
  const inner = enter(around, path, extra)
  const flow = await runSteps(context, step.steps, inner)
  if (flow.kind !== 'next' && flow.kind !== 'failed') return flow
  const output = flow.kind === 'next' ? renderMap(step.outputs, scopeAt(context, inner)) : {}
  forgetInside(context.state, path)
  context.state.choices[`${path}?done`] = { flow: flow.kind === 'next' ? NEXT : flow, output } as unknown as Json
  give(output)
  return flow
}

function keyOf(context: RunContext, step: ForEachStep, around: Surroundings, item: Json, index: number): string {
  if (step.key !== null) return String(evaluateCel(step.key, { ...scopeAt(context, around), item, index }))
  return typeof item === 'string' ? item : String(index)
}
