import type { Cluster, Node } from '../../src/inventory/inventory.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import { probeOnce, readLeaderClaim } from '../controls/node-api.ts'
import type { DesiredStates } from './desired-states.ts'

/**
 * Gathers the root `cluster`: every node asked at once. Counts are over wanted serving members; without the detector's
 * word they are missing, so that conditions over them are unknown.
 */
export async function gatherCluster(cluster: Cluster, states: DesiredStates, signal: AbortSignal): Promise<JsonObject> {
  const [probes, claims] = await Promise.all([
    Promise.all(cluster.nodes.map(async (node) => ({ node, ...(await probeOnce(node, cluster.heartbeat, signal)) }))),
    Promise.all(cluster.nodes.map((node) => readLeaderClaim(node, signal))),
  ])
  const told = claims.filter((claim) => claim !== null)
  const terms = told.flatMap(({ term }) => (term === null ? [] : [term]))
  return {
    name: cluster.name,
    ...(states === null ? {} : countMembers(probes, (node) => states[node.name]?.desired === 'serving')),
    // A silent node claims nothing; where nobody tells, how many lead is not known.
    ...(told.length > 0 ? { leaders: told.filter(({ leader }) => leader).length } : {}),
    ...(terms.length > 0 ? { term: Math.max(...terms) } : {}),
  }
}

function countMembers(
  probes: readonly { readonly node: Node; readonly healthy: boolean }[],
  isWanted: (node: Node) => boolean,
): JsonObject {
  const members = probes.filter(({ node }) => isWanted(node))
  const healthy = members.filter((probe) => probe.healthy).length
  return {
    members: members.length,
    healthy,
    healthy_ratio: members.length === 0 ? 0 : healthy / members.length,
  }
}
