// What the cluster's detector holds, as lookers need it: what each target is meant to be, which degraded modes are on, which
// settings have emergency values. It is the single writer, so what it answers now is fresh; while it does not answer, what
// it said holds for two intervals and is unknown after that.
import type { DetectorPort } from '../../src/guard/detector-port.ts'
import type { DetectorState } from '../../src/guard/protocol.ts'
import type { Cluster } from '../../src/inventory/inventory.ts'

export type DetectorView = Pick<DetectorState, 'targets' | 'modes' | 'adapted'>

const INTERVALS = 2
const ANSWER_LIMIT_MS = 2_000

/** Makes a reader for one look after the other; null: nothing is known. `clock` is monotonic ms. */
export function createDetectorView(
  detector: DetectorPort,
  cluster: Cluster,
  clock: () => number,
): (signal: AbortSignal) => Promise<DetectorView | null> {
  let last: { readonly view: DetectorView; readonly at: number } | null = null
  return async (signal) => {
    const at = clock()
    const told = await inTime(detector.state(cluster.name), signal)
    if (told !== null) last = { view: told, at }
    if (last === null || clock() - last.at > INTERVALS * cluster.heartbeat.intervalMs + ANSWER_LIMIT_MS) return null
    return last.view
  }
}

/** The root `modes`: names of the modes that are on; null where that is not known. */
export const modeNames = (view: Pick<DetectorState, 'modes'> | null): readonly string[] | null =>
  view?.modes?.map(({ mode }) => mode) ?? null

/** Answers null where the detector fails or is silent. */
async function inTime<T>(asked: Promise<T | null>, signal: AbortSignal): Promise<T | null> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)])
  const silence = new Promise<null>((resolve) => limit.addEventListener('abort', () => resolve(null), { once: true }))
  return Promise.race([asked.catch(() => null), silence])
}
