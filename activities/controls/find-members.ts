// What an action's target means: which nodes, of which service. Names become targets here, through the inventory, and
// a name that is not in it goes no further.
import { findTargets, serviceOf, type Target } from '../../src/inventory/find-target.ts'
import type { BalancerSpec, Cluster, Node, Service } from '../../src/inventory/inventory.ts'
import { refused } from '../wrapping/action-failure.ts'
import type { ActionContext } from '../wrapping/action.ts'

type Asking = Pick<ActionContext, 'inventory' | 'call'>

/**
 * Answers the target of this name in the run's cluster. Where several have it (a service is often called like its
 * cluster), the one of a kind that is wanted. Fails: refused.
 */
export function requireTarget({ inventory, call }: Asking, name: string, wanted?: readonly Target['kind'][]): Target {
  const { cluster } = call.run
  const all = findTargets(inventory, name, cluster)
  const fitting = wanted === undefined ? all : all.filter(({ kind }) => wanted.includes(kind))
  const candidates = fitting.length > 0 ? fitting : all
  const [found] = candidates
  if (found !== undefined && candidates.length === 1) return found
  const several = candidates.map((each) => `${each.kind} ${each.name}`)
  throw refused(
    several.length > 1
      ? `\`${shown(name)}\` means several targets of \`${cluster}\` (${several.join(', ')}): give one of these names`
      : `\`${shown(name)}\` is not in the inventory of cluster \`${cluster}\`; add it there, or correct the name`,
  )
}

/** Answers the node of this name. Fails: refused. */
export function requireNode(asking: Asking, name: string): { readonly node: Node; readonly cluster: Cluster } {
  const found = requireTarget(asking, name, ['node'])
  if (found.kind !== 'node') throw refused(`\`${found.name}\` is a ${found.kind} and not a node: name a node`)
  return found
}

/** Answers the service of this name. Fails: refused. */
export function requireService(asking: Asking, name: string): { readonly service: Service; readonly cluster: Cluster } {
  const found = requireTarget(asking, name, ['service'])
  if (found.kind !== 'service') throw refused(`\`${found.name}\` is a ${found.kind} and not a service: name a service`)
  return found
}

export interface Members {
  readonly name: string
  readonly cluster: Cluster
  readonly service: Service
  readonly nodes: readonly Node[]
}

/**
 * Answers the nodes that a target means: the node itself; of a service its members that are no spares; `only` narrows
 * either, and may name spares. Fails: refused.
 */
export function requireMembers(asking: Asking, name: string, only?: readonly string[]): Members {
  const found = requireTarget(asking, name, ['node', 'service'])
  if (found.kind === 'cluster') throw refused(`\`${found.name}\` is a cluster: name one of its services or nodes`)
  const service = found.kind === 'service' ? found.service : requireServiceOf(found.cluster, found.name)
  const meant = found.kind === 'node' ? [found.node] : nodesNamed(found.cluster, service.members)
  if (only === undefined)
    return {
      name: found.name,
      cluster: found.cluster,
      service,
      nodes: found.kind === 'node' ? meant : meant.filter(({ spare }) => !spare),
    }
  const stranger = only.find((each) => !meant.some((node) => node.name === each))
  if (stranger !== undefined) throw refused(`\`${shown(stranger)}\` is no member of \`${found.name}\``)
  return { name: found.name, cluster: found.cluster, service, nodes: meant.filter((node) => only.includes(node.name)) }
}

/** Answers the service that a node is a member of. Fails: refused. */
export function requireServiceOf(cluster: Cluster, nodeName: string): Service {
  const service = serviceOf(cluster, nodeName)
  if (service !== null) return service
  throw refused(`\`${nodeName}\` is a member of no service; the inventory needs one with a \`control\` for it`)
}

/** Answers the balancer of a service. Fails: refused. */
export function requireBalancer(service: Service): BalancerSpec {
  if (service.balancer !== null) return service.balancer
  throw refused(
    `service \`${service.name}\` has no balancer; the inventory needs a \`balancer\` with its admin address`,
  )
}

export const nodesNamed = (cluster: Cluster, names: readonly string[]): readonly Node[] =>
  names.flatMap((name) => cluster.nodes.filter((node) => node.name === name))

/** A name from outside, short enough for a sentence. */
const shown = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name)
