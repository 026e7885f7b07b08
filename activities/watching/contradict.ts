// An alert for a runbook that also answers to a verdict claims what a verdict claims: that the target is down. As with a
// suspicion, an independent direct probe has to agree before anything is done.
import type { Candidate, MatchReport } from '../../src/guard/protocol.ts'
import { findTarget } from '../../src/inventory/find-target.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { ONE_LOOK, probeNode } from '../evidence/probe-node.ts'

const WITHIN_MS = 4_000

/** Answers what the probe saw where it finds the target healthy; nothing where it agrees, or was not asked. */
export async function contradict(
  candidate: Candidate | undefined,
  inventory: Inventory,
  cluster: string,
): Promise<Pick<MatchReport, 'contradicted'>> {
  if (candidate === undefined || !candidate.plan.triggers.some(({ kind }) => kind === 'verdict')) return {}
  const target = findTarget(inventory, candidate.target, cluster)
  if (target?.kind !== 'node') return {}
  try {
    const { healthy, samples } = await probeNode(target.cluster, target.node, ONE_LOOK, AbortSignal.timeout(WITHIN_MS))
    return healthy ? { contradicted: `${samples} of ${samples} probes answered` } : {}
  } catch {
    return {} // no answer at all in this time: nothing that speaks against the alert
  }
}
