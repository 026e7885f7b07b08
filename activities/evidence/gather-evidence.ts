// The fresh evidence of one look: the roots `cluster`, `target` and `requests` as src/plan/evidence.ts describes them.
import type { Target } from '../../src/inventory/find-target.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import { gatherCluster } from './cluster-evidence.ts'
import type { DesiredStates } from './desired-states.ts'
import { gatherRequests } from './requests-evidence.ts'
import { gatherTarget } from './target-evidence.ts'

export type EvidenceRoot = 'cluster' | 'target' | 'requests'

/** Gathers the roots that are asked for, side by side; each question has its own time limit. */
export async function gatherEvidence(
  roots: ReadonlySet<EvidenceRoot>,
  target: Target,
  states: DesiredStates,
  signal: AbortSignal,
): Promise<JsonObject> {
  const gathered = await Promise.all([
    roots.has('cluster') ? gatherCluster(target.cluster, states, signal) : null,
    roots.has('target') ? gatherTarget(target, states, signal) : null,
    roots.has('requests') ? gatherRequests(target, signal) : null,
  ])
  const [cluster, own, requests] = gathered
  return {
    ...(cluster === null || cluster === undefined ? {} : { cluster }),
    ...(own === null || own === undefined ? {} : { target: own }),
    ...(requests === null || requests === undefined ? {} : { requests }),
  }
}
