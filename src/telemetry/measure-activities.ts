// Wraps a worker's activities: each attempt is counted and timed, and what is logged inside carries the ids of its run.
import { performance } from 'node:perf_hooks'
import type { ActionCall } from '../plan/run.ts'
import { correlated, type Correlation } from './correlation.ts'
import type { Metrics } from './create-metrics.ts'

type Activity = (call: never) => Promise<unknown>

/** Wraps every activity; their names and answers stay as they are. */
export function measureActivities<Activities extends Readonly<Record<string, Activity>>>(
  activities: Activities,
  metrics: Metrics,
): Activities {
  const wrapped = Object.entries(activities).map(([action, run]): [string, Activity] => [
    action,
    (call) => correlated(idsOf(call), () => measured(action, () => run(call), metrics)),
  ])
  return Object.fromEntries(wrapped) as Activities
}

async function measured<T>(action: string, run: () => Promise<T>, metrics: Metrics): Promise<T> {
  const began = performance.now()
  let result = 'ok'
  try {
    return await run()
  } catch (error) {
    result = resultOf(error)
    throw error
  } finally {
    metrics.add('phix_attempts_total', { action, result })
    metrics.observe('phix_attempt_seconds', { action }, (performance.now() - began) / 1_000)
  }
}

/** A failure says its code as its type; a cancel is no failure; what has no code is a mistake of ours. */
function resultOf(error: unknown): string {
  const { name, type } = error as { name?: string; type?: string | null }
  if (name === 'CancelledFailure' || name === 'CompleteAsyncError') return 'cancelled'
  return name === 'ApplicationFailure' && type ? type : 'bug'
}

/** Activities of a run carry it in their argument (ActionCall, VerifyCall's scope, NotifyCall). */
function idsOf(call: unknown): Correlation {
  const { run, cluster } = (call ?? {}) as { run?: Partial<ActionCall['run']>; cluster?: string }
  if (run === undefined) return cluster === undefined ? {} : { cluster }
  const { workflowId, runbook, stepId, target } = run
  return {
    ...(workflowId !== undefined && { run: workflowId }),
    ...(runbook !== undefined && { runbook }),
    ...(stepId !== undefined && { step: stepId }),
    ...(run.cluster !== undefined && { cluster: run.cluster }),
    ...(target !== undefined && { target }),
  }
}
