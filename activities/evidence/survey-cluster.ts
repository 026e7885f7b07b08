// One look at a whole cluster, everything asked once and side by side: what conditions are evaluated over, and what the
// action `cluster.survey` answers. Read next: src/detection/correlation.ts (what is ill together).
import { findTogether, type MemberSight, type Together } from '../../src/detection/correlation.ts'
import { serviceOf } from '../../src/inventory/find-target.ts'
import type { BalancerSpec, Cluster, Node } from '../../src/inventory/inventory.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import { readRequestStats, type RequestStats } from '../controls/balancer.ts'
import { readConfigVersion, readMembership, type Membership } from '../controls/membership.ts'
import { probeOnce, readUsage, type DirectProbe, type Usage } from '../controls/node-api.ts'
import { ActionFailure } from '../wrapping/action-failure.ts'
import type { DesiredStates } from './desired-states.ts'
import { ENOUGH_REQUESTS, usersWait } from './in-band.ts'
import { askCanary } from './probe-node.ts'
import { sumRequests } from './requests-evidence.ts'

/** Long enough to have requests of everybody, short enough to be about now. */
const WINDOW_MS = 5_000
/** Slow is not dead: this much longer than a heartbeat an answer is waited for. */
const PATIENCE = 2

export interface NodeSight {
  readonly node: Node
  readonly probe: DirectProbe
  readonly membership: Membership | null
  readonly usage: Usage
  readonly configVersion: number | null
  /** Of its real requests, or of one canary where it has too few of them; null: not known. */
  readonly errorRate: number | null
  readonly requestMs: number | null
}

export interface Survey {
  readonly cluster: Cluster
  readonly nodes: readonly NodeSight[]
  /** Members that are meant to serve; null where that is not known. */
  readonly serving: readonly NodeSight[] | null
  readonly together: Together
  /** The root `requests`. */
  readonly requests: JsonObject
  /** False where only a part of the nodes was looked at: then nothing is known of the cluster as a whole. */
  readonly isWhole: boolean
  /** False where nobody at all answered: then the silence may be ours, and nothing is known. */
  readonly isWitnessed: boolean
}

/** Looks at the nodes of a cluster (all of them, or a part) and at its balancers. Never fails because of them. */
export async function surveyCluster(
  cluster: Cluster,
  states: DesiredStates,
  signal: AbortSignal,
  part: readonly Node[] = cluster.nodes,
): Promise<Survey> {
  const balancers = cluster.services.flatMap(({ balancer }) => (balancer === null ? [] : [balancer]))
  const stats = new Map(
    await Promise.all(balancers.map(async (balancer) => [balancer, await readStats(balancer, signal)] as const)),
  )
  const nodes = await Promise.all(
    part.map((node) => {
      const balancer = serviceOf(cluster, node.name)?.balancer ?? null
      return sightOf(cluster, node, balancer === null ? null : (stats.get(balancer) ?? null), signal)
    }),
  )
  const told = [...stats.values()].filter((each) => each !== null)
  const serving = states === null ? null : nodes.filter(({ node }) => states[node.name]?.desired === 'serving')
  return {
    cluster,
    nodes,
    serving,
    together: findTogether((serving ?? []).map(memberSight), cluster.dependencies),
    requests: told.length === 0 || told.length < stats.size ? {} : sumRequests(told),
    isWhole: part.length === cluster.nodes.length,
    isWitnessed: told.length > 0 || nodes.some(({ probe }) => probe.answered),
  }
}

async function sightOf(
  cluster: Cluster,
  node: Node,
  stats: RequestStats | null,
  signal: AbortSignal,
): Promise<NodeSight> {
  const probe = await probeOnce(
    node,
    { ...cluster.heartbeat, timeoutMs: cluster.heartbeat.timeoutMs * PATIENCE },
    signal,
  )
  const own = stats?.by[node.name]
  const enough = own !== undefined && own.count >= ENOUGH_REQUESTS ? own : null
  if (!probe.answered)
    return {
      node,
      probe,
      membership: null,
      usage: {},
      configVersion: null,
      errorRate: errorRateOf(enough),
      requestMs: null,
    }
  const [membership, usage, configVersion, served] = await Promise.all([
    readMembership(node, signal),
    readUsage(node, signal),
    readConfigVersion(node, signal),
    probe.healthy ? askCanary(cluster, node, { requests: own?.count ?? 0 }, signal) : null,
  ])
  return {
    node,
    probe,
    membership,
    usage,
    configVersion,
    errorRate: served === null ? errorRateOf(enough) : served ? 0 : 1,
    requestMs: enough === null ? null : usersWait(enough),
  }
}

const errorRateOf = (own: { readonly count: number; readonly errors: number } | null): number | null =>
  own === null ? null : own.errors / own.count

const memberSight = ({ node, probe, errorRate, requestMs }: NodeSight): MemberSight => ({
  name: node.name,
  zone: node.zone,
  healthy: probe.healthy,
  errorRate,
  requestMs,
})

async function readStats(balancer: BalancerSpec, signal: AbortSignal): Promise<RequestStats | null> {
  try {
    return await readRequestStats(balancer, WINDOW_MS, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionFailure) return null
    throw error
  }
}

/** Writes a survey as the root `cluster`. What could not be had is missing, so that conditions over it are unknown. */
export function clusterFacts({ cluster, nodes, serving, together, isWhole, isWitnessed }: Survey): JsonObject {
  if (!isWitnessed) return { name: cluster.name }
  const usual = together.usualMs === null ? {} : { usual_ms: together.usualMs }
  if (!isWhole) return { name: cluster.name, ...usual }
  const claims = nodes.flatMap(({ membership }) => (membership === null ? [] : [membership]))
  const terms = claims.flatMap(({ term }) => (term === null ? [] : [term]))
  const versions = (serving ?? []).flatMap(({ configVersion }) => (configVersion === null ? [] : [configVersion]))
  const version = mostFrequent(versions)
  return {
    name: cluster.name,
    ...(serving === null ? {} : countsOf(serving, together)),
    ...(claims.length > 0 ? { leaders: claims.filter(({ leader }) => leader).length } : {}),
    ...(terms.length > 0 ? { term: Math.max(...terms) } : {}),
    ...usual,
    ...(version === null ? {} : { config_version: version }),
  }
}

function countsOf(serving: readonly NodeSight[], { ill, zone, dependency }: Together): JsonObject {
  const healthy = serving.filter(({ probe }) => probe.healthy).length
  const ratio = (count: number): number => (serving.length === 0 ? 0 : count / serving.length)
  return {
    members: serving.length,
    healthy,
    healthy_ratio: ratio(healthy),
    ill: ill.length,
    ill_ratio: ratio(ill.length),
    ill_zone: zone,
    ill_dependency: dependency,
  }
}

/** Writes what a survey saw of one node as the root `target`, without what only its watcher knows. */
export function nodeFacts({ cluster }: Survey, { node, probe, membership, usage, ...seen }: NodeSight): JsonObject {
  const facts = {
    latency_ms: probe.answered ? probe.latencyMs : null,
    leader: membership?.leader ?? null,
    term: membership?.term ?? null,
    error_rate: seen.errorRate,
    request_ms: seen.requestMs,
    config_version: seen.configVersion,
  }
  return {
    name: node.name,
    kind: 'node',
    cluster: cluster.name,
    zone: node.zone ?? '',
    healthy: probe.healthy && (seen.errorRate ?? 0) <= 0.2,
    ...Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null)),
    ...usage,
  }
}

/** The one that most have; null where no more than half agree. */
function mostFrequent(values: readonly number[]): number | null {
  const found = values.find((value) => values.filter((each) => each === value).length > values.length / 2)
  return found ?? null
}
