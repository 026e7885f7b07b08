// The one question that is put to a node before anything is started for it: are you well, now? What was held is asked
// again, because a node may get well while it waits its turn; and an alert that claims what a verdict claims, that its
// target is down, is believed no more than a suspicion: an independent direct probe has to agree.
import { findTarget } from '../../src/inventory/find-target.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { ONE_LOOK, probeNode } from '../evidence/probe-node.ts'

const WITHIN_MS = 4_000

/** Answers what a node says where it is well; null where it is not, is no node, or nobody can tell in this time. */
export async function probeNow(name: string, inventory: Inventory, cluster: string): Promise<string | null> {
  const target = findTarget(inventory, name, cluster)
  if (target?.kind !== 'node') return null
  const found = await probeNode(target.cluster, target.node, ONE_LOOK, AbortSignal.timeout(WITHIN_MS)).catch(() => null)
  if (found?.healthy !== true) return null
  return `${found.samples} of ${found.samples} probes answered, in ${Math.round(found.latencyMs ?? 0)} ms`
}
