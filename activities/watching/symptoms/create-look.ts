// One look, as the real watch takes it: the cluster, what its nodes are meant to be, and the signals from elsewhere.
import type { DetectorPort } from '../../../src/guard/detector-port.ts'
import type { DesiredState, Verdict } from '../../../src/guard/protocol.ts'
import type { Cluster, Node } from '../../../src/inventory/inventory.ts'
import { createDetectorView } from '../../evidence/detector-view.ts'
import { surveyCluster } from '../../evidence/survey-cluster.ts'
import { nodesOfShard } from '../shards.ts'
import { createSignalReader } from './read-signals.ts'
import type { Look } from './symptom-watch.ts'

interface LookDeps {
  readonly detector: DetectorPort
  readonly clock: () => number
}

/** Makes the look. What the detector does not say in time is not known. */
export function createLook(
  deps: LookDeps,
  shard: number,
  verdicts: () => ReadonlyMap<string, Verdict>,
  signal: AbortSignal,
): (cluster: Cluster) => Promise<Look> {
  const readers = new WeakMap<Cluster, ReturnType<typeof createDetectorView>>()
  const signals = createSignalReader(deps.clock)
  return async (cluster) => {
    const read = readers.get(cluster) ?? createDetectorView(deps.detector, cluster, deps.clock)
    readers.set(cluster, read)
    const view = await read(signal)
    const states = view?.targets ?? null
    const [survey, told] = await Promise.all([
      surveyCluster(cluster, states, signal, partOf(cluster, shard)),
      signals(cluster, signal),
    ])
    return {
      survey,
      desired: states === null ? null : desiredOf(states),
      verdicts: verdicts(),
      modes: view?.modes ?? null,
      adapted: view?.adapted ?? [],
      signals: told,
    }
  }
}

/** More nodes than this are not asked every second by one process: then each shard knows its own, and nobody the whole. */
const MOST_SURVEYED = 500

const partOf = (cluster: Cluster, shard: number): readonly Node[] =>
  shard === 0 && cluster.nodes.length <= MOST_SURVEYED ? cluster.nodes : nodesOfShard(cluster, shard)

const desiredOf = (
  states: Readonly<Record<string, { readonly desired: DesiredState }>>,
): Readonly<Record<string, DesiredState>> =>
  Object.fromEntries(Object.entries(states).map(([name, { desired }]) => [name, desired]))
