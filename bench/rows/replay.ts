import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { PLAN_VERSION, type Plan, type WaitStep } from '../../src/plan/plan.ts'
import { LIMITS } from '../../src/plan/run.ts'
import type { BenchServer } from '../bench-server.ts'
import { absoluteRow, inMs, inSeconds, median, type Row } from '../row.ts'
import { sameSteps } from '../same-steps.ts'

const ROUNDS = 3
const LIMIT_MS = 5_000
/** Steps of one run are bounded, waits only by their events: together they come near to both limits. */
const ACTS = LIMITS.stepsBeforeContinue - 2
const WAITS = 110

/** Replay of the longest history that a run may have: what a worker pays that takes one over. */
export async function replay(server: BenchServer): Promise<readonly Row[]> {
  const workflowId = await server.runPlan(longestPlan())
  const history = await server.client.workflow.getHandle(workflowId).fetchHistory()
  const events = history.events?.length ?? 0
  const json: unknown = JSON.parse(historyToJSON(history))
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    await Worker.runReplayHistory({ workflowBundle: server.workflowBundle }, json, workflowId)
    times.push(performance.now() - began)
  }
  const made = absoluteRow(`replay of the longest history, ${events} events`, median(times), LIMIT_MS, inSeconds)
  return [{ ...made, measured: `${made.measured}, ${inMs(median(times) / events)} an event` }]
}

function longestPlan(): Plan {
  const acts = sameSteps(ACTS)
  const wait = (n: number): WaitStep => ({
    kind: 'wait',
    id: `wait-${n}`,
    named: false,
    title: `Wait ${n}`,
    if: null,
    timeoutMs: null,
    retry: null,
    onFailure: 'abort',
    for: { lit: 1 },
  })
  const waits = Array.from({ length: WAITS }, (_, n) => wait(n))
  return { ...acts, version: PLAN_VERSION, steps: [...waits, ...acts.steps] }
}
