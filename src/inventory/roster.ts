import type { Roster } from '../guard/protocol.ts'
import type { Inventory } from './inventory.ts'

/** Answers what a detector must know of its cluster; null where the cluster has left the inventory. */
export function rosterOf({ clusters, groups }: Inventory, name: string): Roster | null {
  const cluster = clusters.find((each) => each.name === name)
  if (cluster === undefined) return null
  const { nodes, guard, page = [], modes, adaptations } = cluster
  return {
    nodes: nodes.map(({ name: node, spare }) => ({ name: node, spare })),
    limits: guard,
    ...(modes === undefined ? {} : { modes: modes.map(({ name: mode, longestMs }) => ({ mode, longestMs })) }),
    ...(adaptations === undefined ? {} : { adaptations }),
    page: page.length > 0 ? page : groups.slice(0, 1).map((group) => group.name),
  }
}
