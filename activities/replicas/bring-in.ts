import { setTimeout as sleep } from 'node:timers/promises'
import type { BalancerSpec, Cluster, Node, Service } from '../../src/inventory/inventory.ts'
import type { ServiceControl } from '../../src/inventory/service-control.ts'
import { setBackend } from '../controls/balancer.ts'
import { probeOnce } from '../controls/node-api.ts'
import { unavailable } from '../wrapping/action-failure.ts'
import type { ActionContext } from '../wrapping/action.ts'

export interface Replicas {
  readonly cluster: Cluster
  readonly service: Service
  readonly balancer: BalancerSpec
  readonly nodes: readonly Node[]
}

/**
 * Starts these nodes, waits until each answers healthy, then lets requests reach them.
 * Invariant: no node gets requests before all of them answer; what this attempt started is stopped where one does not.
 */
export async function bringIn({ cluster, service, balancer, nodes }: Replicas, context: ActionContext): Promise<void> {
  const control = context.control(service)
  const started: Node[] = []
  try {
    for (const node of nodes) {
      if ((await control.status(node)).running) continue
      context.say(`starting ${node.name}`)
      await context.effect(() => control.start(node, context.signal))
      started.push(node)
    }
    await Promise.all(nodes.map((node) => waitUntilHealthy(cluster, node, control, context)))
  } catch (error) {
    // A cancelled attempt leaves them running and without requests: its successor may need them this very moment.
    if (!context.signal.aborted)
      await Promise.allSettled(started.map((node) => control.stop(node, AbortSignal.timeout(STOP_LIMIT_MS))))
    throw error
  }
  for (const node of nodes) {
    context.say(`sending requests to ${node.name}`)
    await context.effect(() => setBackend(balancer, node, 'in', context.signal, context.call.idempotencyKey))
    await context.effect(() => markAs('serving', cluster, node, context))
  }
}

/** Tells the detector what a replica is meant to be now; the key is the step's and the node's. */
export async function markAs(
  desired: 'serving' | 'spare' | 'stopped',
  cluster: Cluster,
  node: Node,
  { detector, call }: ActionContext,
): Promise<void> {
  try {
    const why = `step ${call.run.stepId} of ${call.run.workflowId}`
    await detector.mark(cluster.name, { target: node.name, desired, why, key: `${call.idempotencyKey}/${node.name}` })
  } catch (error) {
    throw unavailable(
      `the detector of \`${cluster.name}\` could not be told that \`${node.name}\` is ${desired}`,
      error,
    )
  }
}

const LOOK_EVERY_MS = 200
const HEALTHY_WITHIN_MS = 60_000
const STOP_LIMIT_MS = 10_000

async function waitUntilHealthy(
  cluster: Cluster,
  node: Node,
  control: ServiceControl,
  context: ActionContext,
): Promise<void> {
  const limit = AbortSignal.timeout(HEALTHY_WITHIN_MS)
  for (;;) {
    const { healthy, reason } = await probeOnce(node, cluster.heartbeat, context.signal)
    if (healthy) return
    context.say(`waiting for ${node.name}: ${reason}`)
    if (!(await control.status(node)).running)
      throw unavailable(`the process of \`${node.name}\` ended right after its start; read its log`)
    if (limit.aborted) throw unavailable(`\`${node.name}\` was started and is not healthy: ${reason}; read its log`)
    await sleep(LOOK_EVERY_MS, undefined, { signal: context.signal })
  }
}
