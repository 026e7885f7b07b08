// Names become targets here and nowhere else: exact name, then alias. A name that is not in the inventory is no target.
import type { Cluster, Inventory, Node, Service } from './inventory.ts'

export type Target =
  | { readonly kind: 'node'; readonly name: string; readonly cluster: Cluster; readonly node: Node }
  | { readonly kind: 'service'; readonly name: string; readonly cluster: Cluster; readonly service: Service }
  | { readonly kind: 'cluster'; readonly name: string; readonly cluster: Cluster }

/** Answers every target that carries this name, or where none does, this alias; more than one means: say which. */
export function findTargets(inventory: Inventory, name: string, clusterName?: string): readonly Target[] {
  const clusters = inventory.clusters.filter((cluster) => clusterName === undefined || cluster.name === clusterName)
  const all = clusters.flatMap(targetsOf)
  const named = all.filter((target) => target.name === name)
  if (named.length > 0) return named
  return all.filter((target) => target.kind === 'node' && target.node.aliases.includes(name))
}

/**
 * Answers the one target of this name; null where there is none, or more than one. A cluster goes before a service of
 * its name: the wider lock is the safe one.
 */
export function findTarget(inventory: Inventory, name: string, clusterName?: string): Target | null {
  const found = findTargets(inventory, name, clusterName)
  const wide = found.filter(({ kind }) => kind === 'cluster')
  return found.length === 1 || wide.length === 1 ? (wide[0] ?? found[0] ?? null) : null
}

/** Answers the service that a node is a member of: what `service.restart` with a node as target acts on. */
export const serviceOf = (cluster: Cluster, nodeName: string): Service | null =>
  cluster.services.find(({ members }) => members.includes(nodeName)) ?? null

const targetsOf = (cluster: Cluster): readonly Target[] => [
  { kind: 'cluster', name: cluster.name, cluster },
  ...cluster.services.map((service): Target => ({ kind: 'service', name: service.name, cluster, service })),
  ...cluster.nodes.map((node): Target => ({ kind: 'node', name: node.name, cluster, node })),
]
