import { serviceOf, type Target } from '../../src/inventory/find-target.ts'
import type { BalancerSpec } from '../../src/inventory/inventory.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import { readRequestStats, type RequestStats } from '../controls/balancer.ts'
import { ActionFailure } from '../wrapping/action-failure.ts'

/** Real requests of the last seconds: long enough to have some, short enough to be about now. */
const WINDOW_MS = 5_000

/**
 * Gathers the root `requests`: what the balancers of the target counted (its own service's, or all of the cluster).
 * Empty, and so unknown, where one of them does not tell.
 */
export async function gatherRequests(target: Target, signal: AbortSignal): Promise<JsonObject> {
  const balancers = balancersOf(target)
  if (balancers.length === 0) return {}
  try {
    return sumRequests(await Promise.all(balancers.map((balancer) => readRequestStats(balancer, WINDOW_MS, signal))))
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionFailure) return {}
    throw error
  }
}

/** Answers the balancers whose requests are about a target. */
export function balancersOf(target: Target): readonly BalancerSpec[] {
  const { cluster } = target
  const own =
    target.kind === 'service' ? target.service : target.kind === 'node' ? serviceOf(cluster, target.name) : null
  const services = own === null ? cluster.services : [own]
  return services.flatMap(({ balancer }) => (balancer === null ? [] : [balancer]))
}

/** Without requests there is no rate of success: it is missing, not 0 and not 1. Of several balancers the worst percentile counts. */
export function sumRequests(stats: readonly RequestStats[]): JsonObject {
  const total = (pick: (each: RequestStats) => number): number => stats.reduce((so, each) => so + pick(each), 0)
  const worst = (pick: (each: RequestStats) => number | null): JsonObject[string] | undefined => {
    const known = stats.map(pick).filter((value) => value !== null)
    return known.length === 0 ? undefined : Math.max(...known)
  }
  const count = total((each) => each.count)
  const errors = total((each) => each.errors)
  const p50 = worst((each) => each.p50_ms)
  const p99 = worst((each) => each.p99_ms)
  return {
    count,
    rate: total((each) => each.rate),
    ...(count === 0 ? {} : { success_rate: (count - errors) / count, error_rate: errors / count }),
    ...(p50 === undefined ? {} : { p50_ms: p50 }),
    ...(p99 === undefined ? {} : { p99_ms: p99 }),
  }
}
