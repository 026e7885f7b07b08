import type { Cluster } from '../../src/inventory/inventory.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import type { DesiredStates } from './desired-states.ts'
import { clusterFacts, surveyCluster } from './survey-cluster.ts'

/**
 * Gathers the root `cluster`: every node asked at once. Counts are over wanted serving members; without the detector's
 * word they are missing, so that conditions over them are unknown.
 */
export async function gatherCluster(cluster: Cluster, states: DesiredStates, signal: AbortSignal): Promise<JsonObject> {
  return clusterFacts(await surveyCluster(cluster, states, signal))
}
