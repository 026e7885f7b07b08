import type { Roster } from '../guard/protocol.ts'
import type { Inventory } from './inventory.ts'

/** Answers what a detector must know of its cluster; null where the cluster has left the inventory. */
export function rosterOf({ clusters, groups, notify }: Inventory, name: string): Roster | null {
  const cluster = clusters.find((each) => each.name === name)
  if (cluster === undefined) return null
  const { nodes, guard, page = [], modes, adaptations } = cluster
  return {
    nodes: nodes.map(({ name: node, spare }) => ({ name: node, spare })),
    limits: guard,
    ...(modes === undefined ? {} : { modes: modes.map(({ name: mode, longestMs }) => ({ mode, longestMs })) }),
    ...(adaptations === undefined ? {} : { adaptations }),
    page: [page, notify?.levels[0]?.to ?? [], groups.slice(0, 1).map((group) => group.name)].find(isNamed) ?? [],
  }
}

const isNamed = (names: readonly string[]): boolean => names.length > 0
