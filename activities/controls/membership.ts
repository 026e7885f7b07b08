import type { Node } from '../../src/inventory/inventory.ts'
import { readDetail } from './node-api.ts'

/** What a node tells of the cluster it believes to be in. */
export interface Membership {
  readonly leader: boolean
  readonly term: number | null
  /** Names of the members that it reaches, itself included. */
  readonly reaches: readonly string[]
}

/** Reads a node's view of the cluster; null where it tells nothing in time. */
export async function readMembership(node: Node, signal: AbortSignal): Promise<Membership | null> {
  const status = await readDetail(node, ['cluster', 'status'], signal)
  if (typeof status?.['role'] !== 'string') return null
  const members = Array.isArray(status['members']) ? status['members'] : []
  const reaches = members.flatMap((member) => {
    const { name, reachable } = (member ?? {}) as { name?: unknown; reachable?: unknown }
    return typeof name === 'string' && reachable === true ? [name] : []
  })
  return {
    leader: status['role'] === 'leader',
    term: Number.isInteger(status['term']) ? Number(status['term']) : null,
    reaches: reaches.includes(node.name) ? reaches : [node.name, ...reaches],
  }
}

/** Reads the version of the configuration that a node runs; null where it tells none. */
export async function readConfigVersion(node: Node, signal: AbortSignal): Promise<number | null> {
  const version = (await readDetail(node, ['config'], signal))?.['version']
  return typeof version === 'number' && Number.isInteger(version) ? version : null
}
