// What was held is probed again before it may start anything: a node may have got well while it waited its turn.
import type { Trigger } from '../../src/guard/protocol.ts'
import { findTarget } from '../../src/inventory/find-target.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { ONE_LOOK, probeNode } from '../evidence/probe-node.ts'

const LIMIT_MS = 3_000

/** Answers what the target says now where it is well; null where it is not, or nobody can tell. */
export async function probeAgain(trigger: Trigger, inventory: Inventory, cluster: string): Promise<string | null> {
  if (trigger.kind !== 'verdict') return null
  const target = findTarget(inventory, trigger.target, cluster)
  if (target === null || target.kind !== 'node') return null
  const found = await probeNode(target.cluster, target.node, ONE_LOOK, AbortSignal.timeout(LIMIT_MS)).catch(() => null)
  return found?.healthy === true ? `it answers in ${Math.round(found.latencyMs ?? 0)} ms` : null
}
