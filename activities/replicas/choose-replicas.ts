import type { Cluster, Service } from '../../src/inventory/inventory.ts'
import { listBackends } from '../controls/balancer.ts'
import { nodesNamed, requireBalancer } from '../controls/find-members.ts'
import { refused } from '../wrapping/action-failure.ts'
import type { ActionContext } from '../wrapping/action.ts'

export interface ScaleInput {
  readonly service: string
  readonly by: number
  readonly nodes?: readonly string[]
}

/** Answers the nodes to add or remove. Fails: refused beyond min or max, or where there are not enough spares. */
export async function chooseReplicas(
  { by, nodes }: ScaleInput,
  cluster: Cluster,
  service: Service,
  context: ActionContext,
): Promise<readonly string[]> {
  const stranger = nodes?.find((name) => !service.members.includes(name))
  if (stranger !== undefined) throw refused(`\`${stranger}\` is no member of service \`${service.name}\``)
  const backends = await listBackends(requireBalancer(service), context.signal)
  const inRotation = backends.filter(({ state }) => state === 'in').map(({ name }) => name)
  if (by === 0) return []
  return by > 0
    ? nodesToAdd(
        nodes ?? (await idleSpares(cluster, service, inRotation, context)).slice(0, by),
        by,
        service,
        inRotation,
      )
    : nodesToRemove(nodes ?? activeSpares(cluster, service, inRotation).slice(0, -by), -by, service, inRotation)
}

function nodesToAdd(nodes: readonly string[], count: number, service: Service, inRotation: readonly string[]) {
  if (nodes.length < count)
    throw refused(
      `service \`${service.name}\` has ${nodes.length} idle spares and ${count} are wanted; add spares to the inventory`,
    )
  const after = new Set([...inRotation, ...nodes]).size
  if (after > service.replicas.max)
    throw refused(
      `service \`${service.name}\` would have ${after} replicas and may have ${service.replicas.max} at most`,
    )
  return nodes
}

function nodesToRemove(nodes: readonly string[], count: number, service: Service, inRotation: readonly string[]) {
  if (nodes.length < count)
    throw refused(
      `service \`${service.name}\` has ${nodes.length} added replicas and ${count} shall go; name the nodes`,
    )
  const after = inRotation.filter((name) => !nodes.includes(name)).length
  if (after < service.replicas.min)
    throw refused(`service \`${service.name}\` would have ${after} replicas and must have ${service.replicas.min}`)
  return nodes
}

/** Spares that are out of rotation and that nobody marked as something else. */
async function idleSpares(cluster: Cluster, service: Service, inRotation: readonly string[], context: ActionContext) {
  const told = await context.detector.state(cluster.name).catch(() => null)
  return nodesNamed(cluster, service.members)
    .filter(({ spare, name }) => spare && !inRotation.includes(name))
    .map(({ name }) => name)
    .filter((name) => (told?.targets[name]?.desired ?? 'spare') === 'spare')
}

/** Spares in rotation, the last added first. */
const activeSpares = (cluster: Cluster, service: Service, inRotation: readonly string[]): readonly string[] =>
  nodesNamed(cluster, service.members)
    .filter(({ spare, name }) => spare && inRotation.includes(name))
    .map(({ name }) => name)
    .toReversed()
