// Which cluster an alert is of: the one it names, the only one there is, or the one that has a target by a name it
// carries. Nothing is guessed: an alert that could be of two is of none.
import type { Alert } from '../guard/protocol.ts'
import { findTargets } from '../inventory/find-target.ts'
import type { Inventory } from '../inventory/inventory.ts'

/** Answers the cluster's name; null where it is not clear. */
export function clusterOfAlert({ labels }: Alert, inventory: Inventory): string | null {
  const { clusters } = inventory
  const named = clusters.find(({ name }) => name === labels['cluster'])
  if (named !== undefined) return named.name
  if (clusters.length === 1) return clusters[0]?.name ?? null
  const carrying = new Set(
    Object.values(labels).flatMap((value) => findTargets(inventory, value).map(({ cluster }) => cluster.name)),
  )
  return carrying.size === 1 ? ([...carrying][0] ?? null) : null
}
