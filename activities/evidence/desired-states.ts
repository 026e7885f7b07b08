// What each target is meant to be, as the cluster's detector knows it.
import type { DetectorPort } from '../../src/guard/detector-port.ts'
import type { TargetState } from '../../src/guard/protocol.ts'
import type { Cluster } from '../../src/inventory/inventory.ts'
import { createDetectorView } from './detector-view.ts'

/** null: not known. */
export type DesiredStates = Readonly<Record<string, TargetState>> | null

/** Makes a reader for one look after the other. `clock` is monotonic ms. */
export function createDesiredStates(
  detector: DetectorPort,
  cluster: Cluster,
  clock: () => number,
): (signal: AbortSignal) => Promise<DesiredStates> {
  const read = createDetectorView(detector, cluster, clock)
  return async (signal) => (await read(signal))?.targets ?? null
}
