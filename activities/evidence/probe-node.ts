// Everything fresh about one node at once: direct probes, in-band evidence, its claim to lead, its load.
import { setTimeout as sleep } from 'node:timers/promises'
import { serviceOf } from '../../src/inventory/find-target.ts'
import type { Cluster, Node } from '../../src/inventory/inventory.ts'
import { readRequestStats } from '../controls/balancer.ts'
import { probeOnce, readLeaderClaim, readUsage, type DirectProbe, type Usage } from '../controls/node-api.ts'
import { ActionFailure } from '../wrapping/action-failure.ts'
import { sendCanary } from '../controls/canary.ts'
import { ENOUGH_REQUESTS, judgeInBand, type InBand } from './in-band.ts'
import { median } from './median.ts'

export interface ProbeSettings {
  readonly samples: number
  readonly everyMs: number
  readonly windowMs: number
  readonly maxErrorRate: number
}

export const ONE_LOOK: ProbeSettings = { samples: 1, everyMs: 0, windowMs: 3_000, maxErrorRate: 0.2 }

/** What was found. A fact that could not be had is null. */
export interface NodeFindings {
  readonly healthy: boolean
  readonly up: boolean
  readonly reason: string
  readonly samples: number
  readonly answered: number
  readonly latencyMs: number | null
  readonly errorRate: number | null
  readonly requests: number | null
  readonly leader: boolean | null
  readonly term: number | null
  readonly usage: Usage
}

/**
 * Probes a node. Healthy means: every sample was, and its real requests succeed where there are enough to tell.
 * Never fails because of the node.
 */
export async function probeNode(
  cluster: Cluster,
  node: Node,
  settings: ProbeSettings,
  signal: AbortSignal,
): Promise<NodeFindings> {
  const [probes, claim, usage, inBand] = await Promise.all([
    takeSamples(cluster, node, settings, signal),
    readLeaderClaim(node, signal),
    readUsage(node, signal),
    readInBand(cluster, node, settings, signal),
  ])
  const bad = probes.find(({ healthy }) => !healthy)
  const served = bad === undefined ? await askCanary(cluster, node, inBand, signal) : null
  // A dead node's last requests failed too; then the probe's own reason is the nearer one.
  const reason = bad?.reason ?? (served === false ? CANARY_FAILED : (inBand?.reason ?? ''))
  return {
    healthy: reason === '',
    up: probes.some(({ answered }) => answered),
    reason,
    samples: probes.length,
    answered: probes.filter(({ healthy }) => healthy).length,
    latencyMs: median(probes.filter(({ answered }) => answered).map(({ latencyMs }) => latencyMs)),
    errorRate: served === null ? (inBand?.errorRate ?? null) : served ? 0 : 1,
    requests: inBand?.requests ?? null,
    leader: claim?.leader ?? null,
    term: claim?.term ?? null,
    usage,
  }
}

const CANARY_FAILED = 'it answers probes, but not a real request'

/**
 * Answers whether a node serves a real request; null where the requests that it gets tell that already, or its service
 * names no canary. Why: a node that was taken out gets none, and its health alone would bring it back ill.
 */
export async function askCanary(
  cluster: Cluster,
  node: Node,
  inBand: Pick<InBand, 'requests'> | null,
  signal: AbortSignal,
): Promise<boolean | null> {
  const canary = serviceOf(cluster, node.name)?.canary
  if (canary === undefined || (inBand?.requests ?? 0) >= ENOUGH_REQUESTS) return null
  return sendCanary(node, canary, signal)
}

async function takeSamples(
  cluster: Cluster,
  node: Node,
  { samples, everyMs }: ProbeSettings,
  signal: AbortSignal,
): Promise<readonly DirectProbe[]> {
  const probes: DirectProbe[] = []
  for (let sample = 0; sample < samples; sample++) {
    if (sample > 0) await sleep(everyMs, undefined, { signal })
    probes.push(await probeOnce(node, cluster.heartbeat, signal))
  }
  return probes
}

/** null where there is no balancer, or it tells nothing: then the direct probes decide alone. */
async function readInBand(
  cluster: Cluster,
  node: Node,
  { windowMs, maxErrorRate }: ProbeSettings,
  signal: AbortSignal,
): Promise<InBand | null> {
  const balancer = serviceOf(cluster, node.name)?.balancer ?? null
  if (balancer === null) return null
  try {
    return judgeInBand(await readRequestStats(balancer, windowMs, signal), node.name, maxErrorRate)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionFailure) return null
    throw error
  }
}
