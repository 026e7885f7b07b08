// Which values the breakers of a cluster have now: the usual ones, or those of an adaptation that stands. The detector is
// asked only for clusters that declare such an adaptation, and its answer is kept for a moment.
import type { DetectorPort } from '../../src/guard/detector-port.ts'
import type { AdaptedSetting, Setting } from '../../src/guard/protocol.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { BREAKER, type BreakerSettings } from './breaker.ts'

const FRESH_MS = 2_000
/** A change is not kept waiting for longer: it goes with what was known last. */
const ANSWER_LIMIT_MS = 500

interface Ports {
  readonly inventory: () => Inventory
  readonly detector: DetectorPort
  /** Monotonic ms. */
  readonly clock: () => number
}

export type ReadBreakerSettings = (cluster: string) => Promise<BreakerSettings>

/** Makes the reader of one worker. Never rejects: what cannot be asked is as it was. */
export function createBreakerSettings({ inventory, detector, clock }: Ports): ReadBreakerSettings {
  const known = new Map<string, { readonly settings: BreakerSettings; readonly atMs: number }>()
  return async (cluster) => {
    if (!isAdapted(inventory(), cluster)) return BREAKER
    const last = known.get(cluster)
    if (last !== undefined && clock() - last.atMs < FRESH_MS) return last.settings
    const adapted = await ask(detector, cluster)
    const settings = adapted === null ? (last?.settings ?? BREAKER) : settingsFrom(adapted)
    known.set(cluster, { settings, atMs: clock() })
    return settings
  }
}

const isAdapted = ({ clusters }: Inventory, name: string): boolean =>
  (clusters.find((each) => each.name === name)?.adaptations ?? []).some(
    ({ set }) => set['breaker.failures'] !== undefined || set['breaker.openMs'] !== undefined,
  )

async function ask(detector: DetectorPort, cluster: string): Promise<readonly AdaptedSetting[] | null> {
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS)
  const silence = new Promise<null>((resolve) => limit.addEventListener('abort', () => resolve(null), { once: true }))
  const asked = detector.state(cluster).then((state) => state?.adapted ?? null)
  return Promise.race([asked.catch(() => null), silence])
}

function settingsFrom(adapted: readonly AdaptedSetting[]): BreakerSettings {
  const valueOf = (name: Setting): number | undefined => adapted.find(({ setting }) => setting === name)?.value
  return {
    ...BREAKER,
    opensAfter: valueOf('breaker.failures') ?? BREAKER.opensAfter,
    openMs: valueOf('breaker.openMs') ?? BREAKER.openMs,
  }
}
