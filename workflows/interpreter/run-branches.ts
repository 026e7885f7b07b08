// Branches side by side: what `parallel` and `forEach` have in common. Bounded concurrency, fail fast or collect, a
// number of failures that is still tolerated; whatever ends the block, every branch is cancelled and awaited first.
import type { Json } from '../../src/plan/json.ts'
import { NEXT, type Flow } from './flow.ts'
import type { Scoped } from './host.ts'
import type { RunContext } from './run-context.ts'

export interface Branch {
  readonly name: string
  readonly run: () => Promise<Flow>
}

export interface BranchRules {
  readonly concurrency: number
  /** Exponential: 1, 2, 4, … at a time, each group after the one before went well. */
  readonly ramp: 'none' | 'exponential'
  readonly mode: 'failFast' | 'collect'
  readonly tolerated: number
}

export interface BranchResult {
  readonly name: string
  readonly flow: Flow
}

/** Answers how the block goes on, and each branch's result in the order of the branches. */
export async function runBranches(
  context: RunContext,
  branches: readonly Branch[],
  rules: BranchRules,
): Promise<{ readonly flow: Flow; readonly results: readonly BranchResult[] }> {
  const results: (BranchResult | undefined)[] = branches.map(() => undefined)
  const open = new Set<Scoped<Flow>>()
  let stop: Flow | null = null
  let failures = 0
  let firstFailure: Flow | null = null
  let next = 0
  let limit = rules.ramp === 'exponential' ? 1 : rules.concurrency

  const endAll = (flow: Flow): void => {
    stop = flow
    for (const scoped of open) scoped.cancel()
  }
  const settle = (index: number, name: string, flow: Flow): void => {
    results[index] = { name, flow }
    if (stop !== null || flow.kind === 'next') return
    if (flow.kind !== 'failed') return endAll(flow)
    failures++
    firstFailure ??= flow
    if (failures > rules.tolerated && rules.mode === 'failFast') endAll(flow)
  }
  const worker = async (): Promise<void> => {
    while (stop === null && next < branches.length) {
      const index = next++
      const branch = branches[index] as Branch
      const scoped = context.host.scope(branch.run, { timeoutMs: null })
      open.add(scoped)
      const { value } = await scoped.result
      open.delete(scoped)
      settle(index, branch.name, value)
    }
  }
  while (stop === null && next < branches.length) {
    const group = Math.min(limit, branches.length - next)
    if (rules.ramp === 'none') await Promise.all(Array.from({ length: group }, worker))
    else {
      const end = next + group
      await Promise.all(
        Array.from({ length: group }, async () => {
          if (stop !== null || next >= end) return
          const index = next++
          const branch = branches[index] as Branch
          const scoped = context.host.scope(branch.run, { timeoutMs: null })
          open.add(scoped)
          const { value } = await scoped.result
          open.delete(scoped)
          settle(index, branch.name, value)
        }),
      )
      if (failures > rules.tolerated) break
      limit = Math.min(limit * 2, rules.concurrency)
    }
  }
  const ended = results.filter((result): result is BranchResult => result !== undefined)
  if (stop !== null) return { flow: stop, results: ended }
  if (failures > rules.tolerated && firstFailure !== null) return { flow: firstFailure, results: ended }
  return { flow: NEXT, results: ended }
}

/** What a later expression sees of a branch. */
export const resultRow = ({ name, flow }: BranchResult): Json => ({
  key: name,
  ok: flow.kind === 'next',
  code: flow.kind === 'failed' ? flow.failure.code : flow.kind === 'next' ? null : flow.kind,
})

export const toleratedOf = (maxFailures: number | { readonly ratio: number } | null, count: number): number =>
  maxFailures === null ? 0 : typeof maxFailures === 'number' ? maxFailures : Math.floor(maxFailures.ratio * count)
