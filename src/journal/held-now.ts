// Which degraded modes are on in a cluster, and which settings have emergency values: as its detector holds them now, or,
// while nobody can ask it, as the journal had them last.
import type { DetectorPort } from '../guard/detector-port.ts'
import { modesTarget } from '../guard/modes.ts'
import type { AdaptedSetting, StandingMode } from '../guard/protocol.ts'
import { heldIn } from '../guard/recall.ts'
import type { Journal } from './journal.ts'

export interface Held {
  readonly standing: readonly StandingMode[]
  readonly adapted: readonly AdaptedSetting[]
  /** Epoch ms of what is told; null: nothing was ever written of it. */
  readonly at: number | null
  /** The detector could not be asked: this is what was so at that time. */
  readonly isStale: boolean
}

const ANSWER_LIMIT_MS = 2_000

/** Answers what holds; null where nobody can be asked at all. Never fails. `detector` null: it is known to be away. */
export async function heldNow(
  { detector, journal }: { readonly detector: Pick<DetectorPort, 'state'> | null; readonly journal: Journal },
  cluster: string,
): Promise<Held | null> {
  const state = detector === null ? null : await inTime(detector.state(cluster))
  if (state?.modes !== undefined)
    return { standing: state.modes, adapted: state.adapted ?? [], at: state.at, isStale: false }
  return heldLast(journal, cluster)
}

/** Answers what the journal had last; null where it cannot be read. */
export async function heldLast(journal: Journal, cluster: string): Promise<Held | null> {
  const found = await inTime(journal.read({ kind: 'audit', cluster, target: modesTarget(cluster), limit: 1 }))
  if (found === null) return null
  const [newest] = found
  return { ...heldIn(newest ?? null), at: newest?.at ?? null, isStale: true }
}

/** Answers null where it fails or takes too long. */
async function inTime<T>(asked: Promise<T>): Promise<T | null> {
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS)
  const silence = new Promise<null>((resolve) => limit.addEventListener('abort', () => resolve(null), { once: true }))
  return Promise.race([asked.catch(() => null), silence])
}
