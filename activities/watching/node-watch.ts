// What one node's watcher remembers between ticks: its monitor, what was told of it, what is under way.
import { createMonitor, type Monitor } from '../../src/detection/monitor.ts'
import type { Verdict } from '../../src/guard/protocol.ts'
import type { Cluster, Node } from '../../src/inventory/inventory.ts'

export interface NodeWatch {
  node: Node
  readonly monitor: Monitor
  /** Monotonic ms. */
  readonly watchedSinceMs: number
  nextPullMs: number
  isPulling: boolean
  /** The last heartbeat that was asked for did not come. */
  isFailing: boolean
  isProbing: boolean
  nextProbeMs: number
  lastBeatAt: number | null
  told: { readonly verdict: Verdict; readonly confirmed: boolean; readonly atMs: number } | null
}

export function createNodeWatch(cluster: Cluster, node: Node, learned: string | undefined, nowMs: number): NodeWatch {
  const { detector, heartbeat } = cluster
  return {
    node,
    monitor: createMonitor({ ...detector, intervalMs: heartbeat.intervalMs }, learned ?? ''),
    watchedSinceMs: nowMs,
    nextPullMs: nowMs,
    isPulling: false,
    isFailing: false,
    isProbing: false,
    nextProbeMs: nowMs,
    lastBeatAt: null,
    told: null,
  }
}
