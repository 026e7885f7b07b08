// What each target is meant to be, as the cluster's detector knows it. The detector is the single writer, so what it
// answers now is fresh; while it does not answer, what it said holds for two intervals and is unknown after that.
import type { DetectorPort } from '../../src/guard/detector-port.ts'
import type { TargetState } from '../../src/guard/protocol.ts'
import type { Cluster } from '../../src/inventory/inventory.ts'

/** null: not known. */
export type DesiredStates = Readonly<Record<string, TargetState>> | null

const INTERVALS = 2
const ANSWER_LIMIT_MS = 2_000

/** Makes a reader for one look after the other. `clock` is monotonic ms. */
export function createDesiredStates(
  detector: DetectorPort,
  cluster: Cluster,
  clock: () => number,
): (signal: AbortSignal) => Promise<DesiredStates> {
  let last: { readonly states: DesiredStates; readonly at: number } | null = null
  return async (signal) => {
    const at = clock()
    const told = await inTime(detector.state(cluster.name), signal)
    if (told !== null) last = { states: told.targets, at }
    if (last === null || clock() - last.at > INTERVALS * cluster.heartbeat.intervalMs + ANSWER_LIMIT_MS) return null
    return last.states
  }
}

/** Answers null where the detector fails or is silent. */
async function inTime<T>(asked: Promise<T | null>, signal: AbortSignal): Promise<T | null> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)])
  const silence = new Promise<null>((resolve) => limit.addEventListener('abort', () => resolve(null), { once: true }))
  return Promise.race([asked.catch(() => null), silence])
}
