// Branches side by side: what `parallel` and `forEach` have in common. Bounded concurrency, fail fast or collect, a
// number of failures that is still tolerated; whatever ends the block, every branch is cancelled and awaited first.
import type { Json, JsonObject } from '../../src/plan/json.ts'
import { NEXT, type Flow } from './flow.ts'
import type { Scoped } from './host.ts'
import type { RunContext } from './run-context.ts'
import type { Frame } from './state.ts'

export interface Branch {
  readonly name: string
  readonly run: () => Promise<Flow>
}

export interface BranchRules {
  readonly concurrency: number
  /** Exponential: 1, 2, 4, … at a time, each wave after the one before went well. */
  readonly ramp: 'none' | 'exponential'
  readonly mode: 'failFast' | 'collect'
  readonly tolerated: number
}

export interface BranchResult {
  readonly name: string
  readonly flow: Flow
}

export interface BranchesDone {
  readonly flow: Flow
  /** In the order of the branches; those that never began are missing. */
  readonly results: readonly BranchResult[]
}

/** Answers how the block goes on, and each branch's result. Fails: nothing; a branch's failure is a flow. */
export async function runBranches(
  context: RunContext,
  frame: Frame,
  branches: readonly Branch[],
  rules: BranchRules,
): Promise<BranchesDone> {
  const results: (BranchResult | undefined)[] = branches.map(() => undefined)
  const open = new Set<Scoped<Flow>>()
  let failures = 0
  let firstFailure: Flow | null = null

  // Remembered, so that a run that continues from here does not begin again what was being cancelled.
  const stop = (): Flow | null => (frame.choices['stop'] ?? null) as Flow | null
  const endAll = (flow: Flow): void => {
    frame.choices['stop'] = flow as unknown as Json
    for (const scoped of open) scoped.cancel()
  }
  const settle = (index: number, result: BranchResult): void => {
    results[index] = result
    const { flow } = result
    if (stop() !== null || flow.kind === 'next') return
    if (flow.kind !== 'failed') return endAll(flow)
    failures++
    firstFailure ??= flow
    if (failures > rules.tolerated && rules.mode === 'failFast') endAll(flow)
  }
  const runOne = async (index: number): Promise<void> => {
    const { name, run } = branches[index] as Branch
    const scoped = context.host.scope(run, { timeoutMs: null, cancelled: stop() !== null })
    open.add(scoped)
    const { value } = await scoped.result
    open.delete(scoped)
    settle(index, { name, flow: value })
  }

  const resumedStop = stop() !== null
  for (const wave of wavesOf(branches.length, rules)) {
    const waiting = [...wave]
    const worker = async (): Promise<void> => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        if (stop() !== null && !resumedStop) return
        await runOne(index)
      }
    }
    await Promise.all(Array.from({ length: Math.min(rules.concurrency, wave.length) }, worker))
    if (!resumedStop && (stop() !== null || failures > rules.tolerated)) break
  }
  const ended = results.filter((result) => result !== undefined)
  const flow = stop() ?? (failures > rules.tolerated ? firstFailure : null)
  return { flow: flow ?? NEXT, results: ended }
}

function wavesOf(count: number, { ramp, concurrency }: BranchRules): readonly (readonly number[])[] {
  const all = Array.from({ length: count }, (_, index) => index)
  if (ramp === 'none') return [all]
  const waves: number[][] = []
  for (let size = 1; all.length > 0; size = Math.min(size * 2, concurrency)) waves.push(all.splice(0, size))
  return waves
}

/** What a later expression sees of a branch. */
export const resultRow = ({ name, flow }: BranchResult): JsonObject => ({
  key: name,
  ok: flow.kind === 'next',
  code: flow.kind === 'failed' ? flow.failure.code : flow.kind === 'next' ? null : flow.kind,
})

export const toleratedOf = (maxFailures: number | { readonly ratio: number } | null, count: number): number =>
  maxFailures === null ? 0 : typeof maxFailures === 'number' ? maxFailures : Math.floor(maxFailures.ratio * count)
