// What real requests say about a node: the evidence that tells a gray failure (it answers probes and fails its users).
import type { RequestStats } from '../controls/balancer.ts'
import { median } from './median.ts'

export interface InBand {
  readonly requests: number
  /** null where it had no requests: unknown, not zero. */
  readonly errorRate: number | null
  /** '' where nothing speaks against it. */
  readonly reason: string
}

/** Fewer requests say nothing. */
export const ENOUGH_REQUESTS = 5

/** A node this much slower than the median of its peers, and slower than this in itself, serves nobody well. */
const SLOWER_THAN_PEERS = 5
const SLOW_MS = 250

/**
 * Answers what a node's users wait for: what nine of ten requests take at most, or half of them where no more is told.
 * Why not the median: where cheap and dear requests are mixed it jumps between the two, and starvation hides behind it.
 */
export const usersWait = ({ p50_ms: p50, p90_ms: p90 }: RequestStats['by'][string]): number | null => p90 ?? p50

/** Judges a node by its real requests, given as the balancer's counts of all of them. */
export function judgeInBand(stats: RequestStats, node: string, maxErrorRate: number): InBand {
  const own = stats.by[node]
  if (own === undefined || own.count === 0) return { requests: 0, errorRate: null, reason: '' }
  const errorRate = own.errors / own.count
  return { requests: own.count, errorRate, reason: reasonOf(stats, node, errorRate, maxErrorRate) }
}

function reasonOf(stats: RequestStats, node: string, errorRate: number, maxErrorRate: number): string {
  const own = stats.by[node]
  if (own === undefined || own.count < ENOUGH_REQUESTS) return ''
  if (errorRate > maxErrorRate)
    return `it answers probes, but ${own.errors} of its last ${own.count} real requests failed`
  const peers = Object.entries(stats.by).flatMap(([name, each]) => {
    const takes = usersWait(each)
    return name !== node && each.count >= ENOUGH_REQUESTS && takes !== null ? [takes] : []
  })
  const [takes, usual] = [usersWait(own), median(peers)]
  if (takes === null || usual === null || takes < SLOW_MS || takes < usual * SLOWER_THAN_PEERS) return ''
  return `it answers probes, but its real requests take ${Math.round(takes)} ms where its peers take ${Math.round(usual)} ms`
}
