import type { Target } from '../../src/inventory/find-target.ts'
import type { Json, JsonObject } from '../../src/plan/json.ts'
import type { DesiredStates } from './desired-states.ts'
import { ONE_LOOK, probeNode } from './probe-node.ts'
import { nodesNamed } from '../controls/find-members.ts'

/** Gathers the root `target` of a run. A fact that could not be had is missing. */
export async function gatherTarget(target: Target, states: DesiredStates, signal: AbortSignal): Promise<JsonObject> {
  const known = states?.[target.name]
  const identity = {
    name: target.name,
    kind: target.kind,
    cluster: target.cluster.name,
    zone: target.kind === 'node' ? (target.node.zone ?? '') : '',
    ...(known === undefined ? {} : { verdict: known.verdict, desired: known.desired }),
  }
  switch (target.kind) {
    case 'node':
      return { ...identity, ...(await nodeFacts(target, signal)) }
    case 'service':
    case 'cluster':
      return { ...identity, ...(await groupFacts(target, states, signal)) }
  }
}

async function nodeFacts({ cluster, node }: Target & { kind: 'node' }, signal: AbortSignal): Promise<JsonObject> {
  const found = await probeNode(cluster, node, ONE_LOOK, signal)
  const facts: Readonly<Record<string, Json>> = {
    leader: found.leader,
    term: found.term,
    latency_ms: found.latencyMs,
    error_rate: found.errorRate,
  }
  const had = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null))
  return { healthy: found.healthy, ...had, ...found.usage }
}

/** A service or cluster is healthy where every one of its wanted serving members is. */
async function groupFacts(target: Target, states: DesiredStates, signal: AbortSignal): Promise<JsonObject> {
  if (states === null) return {}
  const { cluster } = target
  const nodes = target.kind === 'service' ? nodesNamed(cluster, target.service.members) : cluster.nodes
  const wanted = nodes.filter(({ name }) => states[name]?.desired === 'serving')
  const found = await Promise.all(wanted.map((node) => probeNode(cluster, node, ONE_LOOK, signal)))
  return { healthy: found.length > 0 && found.every(({ healthy }) => healthy) }
}
