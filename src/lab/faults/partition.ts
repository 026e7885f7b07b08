// The network between two groups of nodes is cut, both ways: each node's socket layer reads its deny list for every
// connection and neither opens nor answers one. As near as one comes without root; clients and Phix still reach all.
import { readFileSync, rmSync } from 'node:fs'
import { nodeFiles, type LabLayout, type LabNode } from '../layout.ts'
import { PROVISIONED_CONFIG } from '../node/node-config.ts'
import { writeWhole } from '../write-whole.ts'
import { putBadConfig } from './config.ts'
import type { Fault } from './fault.ts'

export const partition: Fault = {
  summary: 'cut off from the nodes that are not named; with --split-brain its side elects a leader of its own',

  async apply(site, { splitBrain = false }, group) {
    const { layout, node } = site
    for (const other of layout.nodes.filter(({ name }) => !group.some((each) => each.name === name))) {
      deny(node, other.name)
      deny(other, node.name)
    }
    const cut = `cut off from all but ${group.map(({ name }) => name).join(', ')}`
    if (!splitBrain) return cut
    const votes = Math.max(1, group.filter(({ spare }) => !spare).length)
    await putBadConfig(site, { ...PROVISIONED_CONFIG.values, quorum: votes })
    return `${cut}; its quorum is ${votes}`
  },

  // Both sides deny each other; the one that is cut off is the smaller one.
  isPresent: async ({ layout, node }) => deniedBy(node).length > (layout.nodes.length - 1) / 2,

  async heal({ layout, node }) {
    const wasCut = deniedBy(node).length > 0
    rmSync(nodeFiles(node.folder).deny, { force: true })
    for (const other of layout.nodes) allow(other, node.name)
    return wasCut ? 'reaches the others again' : null
  },
}

function deniedBy({ folder }: LabNode): readonly string[] {
  try {
    return JSON.parse(readFileSync(nodeFiles(folder).deny, 'utf8')) as readonly string[]
  } catch {
    return []
  }
}

const deny = (node: LabNode, peer: string): void => write(node, [...new Set([...deniedBy(node), peer])])

function allow(node: LabNode, peer: string): void {
  const left = deniedBy(node).filter((name) => name !== peer)
  if (left.length < deniedBy(node).length) write(node, left)
}

function write({ folder }: LabNode, peers: readonly string[]): void {
  const { deny: file } = nodeFiles(folder)
  if (peers.length === 0) rmSync(file, { force: true })
  else writeWhole(file, JSON.stringify(peers))
}

/** Answers a reason why these nodes cannot be cut off together; null where they can. */
export function partitionProblem(layout: LabLayout, group: readonly LabNode[]): string | null {
  const isMost = group.length >= layout.nodes.length / 2
  return isMost ? `name the smaller side: ${group.length} of ${layout.nodes.length} nodes are the larger one` : null
}
