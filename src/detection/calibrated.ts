// The default failure detector of one node: φ > k is wrong 10^-k of the time, on lossy, bursty and shifting links too, so
// that one pair of thresholds fits all links. Time is an argument, monotonic, and means nothing outside the process. Does
// not probe and does not decide to act. Read next: calibrated/survival.ts, calibrated/settings.ts; why so: decision 0507.
import type { Verdict } from '../guard/protocol.ts'
import { createGapMemory } from './calibrated/gap-memory.ts'
import { learnedFromBytes, learnedToBytes } from './calibrated/learned-bytes.ts'
import { SCALE_END } from './calibrated/gap-scale.ts'
import { CALIBRATED_DEFAULTS, type CalibratedSettings } from './calibrated/settings.ts'
import { survivalOf } from './calibrated/survival.ts'

export interface CalibratedMonitor {
  beat(atMs: number): void
  /** Pure; finite, 0 … CALIBRATED_PHI_MAX; 0 while nothing is known. Never falls between two beats. */
  phi(atMs: number): number
  /** Pure; `unknown` until the first beat of this process. */
  verdict(atMs: number): Verdict
  /** Takes an observer's own stall out of the present silence: nobody can hear while asleep. */
  forgive(stallMs: number): void
  /** Takes the present silence for an outage, because a fresh connection found nobody: it says nothing of the rhythm. */
  confirmOutage(): void
  /** What a replacement of this process goes on with; the last arrival is not part of it. */
  learned(maxBytes?: number): Uint8Array
  readonly beats: number
}

/** φ beyond this says nothing more, and JSON has no infinity. */
export const CALIBRATED_PHI_MAX = 1e6

/** Gaps over which the present rhythm is averaged. Too few: one pause moves the ceilings. Too many: they move too late. */
const RHYTHM_GAPS = 16
/** Ceilings are at least this many present gaps away: a node may beat more slowly than agreed and still be alive. */
const RHYTHM_TO_SUSPECT = 1.6
const RHYTHM_TO_FAILED = 2

/**
 * Creates the monitor of one node, warm where bytes of an earlier process are given.
 *
 *     φ(t) = -log10 P(gap > t - slack)                                     Hayashibara et al., SRDS 2004
 *
 * with P learned, not assumed (survival.ts). The verdict bounds φ by silences: never failed before a pause that a healthy
 * process may take, never later than where nobody could tell a gap from a crash.
 * Invariant: a gap beyond the ceiling, or in which a probe found nobody, is an outage and is not learned; a second one in a
 * row is a new rhythm, and is.
 */
export function createCalibratedMonitor(
  options: Partial<CalibratedSettings> & Pick<CalibratedSettings, 'intervalMs'>,
  learnedBefore: Uint8Array | null = null,
): CalibratedMonitor {
  const settings: CalibratedSettings = { ...CALIBRATED_DEFAULTS, ...options }
  const { intervalMs, slack, suspectPhi, failedPhi, suspectCeiling, failedFloor, failedCeiling } = settings
  const long = createGapMemory(settings.longMemory)
  const recent = createGapMemory(settings.recentMemory)
  const held = { lastBeatMs: Number.NaN, beats: 0, rhythm: 1, sawOutage: false, isSeenDead: false }

  const learned = learnedBefore && learnedFromBytes(learnedBefore, intervalMs)
  if (learned) {
    long.restore(learned.long)
    recent.restore(learned.recent)
    held.rhythm = learned.rhythm
  }

  const isUnknown = (): boolean => Number.isNaN(held.lastBeatMs)
  const silenceAt = (atMs: number): number => Math.max(0, (atMs - held.lastBeatMs) / intervalMs)
  const outageAfter = (): number => Math.max(failedCeiling, RHYTHM_TO_FAILED * held.rhythm)

  const phi = (atMs: number): number => {
    if (isUnknown()) return 0
    const survival = survivalOf(Math.max(0, silenceAt(atMs) - slack), long, recent, settings)
    // The tail of all parts underflows to zero long after φ has said everything it can say.
    return survival > 0 ? Math.max(0, -Math.log10(survival)) : CALIBRATED_PHI_MAX
  }
  const learn = (gap: number): void => {
    const isOutage = held.isSeenDead || gap > outageAfter()
    if (!isOutage || held.sawOutage) {
      long.add(gap)
      recent.add(gap)
      held.rhythm += (Math.min(gap, SCALE_END) - held.rhythm) / RHYTHM_GAPS
    }
    held.sawOutage = isOutage
    held.isSeenDead = false
  }

  return {
    beat(atMs) {
      const gap = (atMs - held.lastBeatMs) / intervalMs
      held.beats++
      held.lastBeatMs = atMs
      // The first beat, a doubled one, or a clock that went back: no gap, but time goes on from here.
      if (gap > 0) learn(gap)
    },
    phi,
    verdict(atMs) {
      if (isUnknown()) return 'unknown'
      const silence = silenceAt(atMs)
      const suspicion = phi(atMs)
      if (silence >= outageAfter() || (suspicion >= failedPhi && silence >= failedFloor)) return 'failed'
      const isLong = silence >= Math.max(suspectCeiling, RHYTHM_TO_SUSPECT * held.rhythm)
      return isLong || suspicion >= suspectPhi ? 'suspect' : 'healthy'
    },
    forgive(stallMs) {
      held.lastBeatMs += stallMs
    },
    confirmOutage() {
      held.isSeenDead = !isUnknown()
    },
    learned: (maxBytes = Number.POSITIVE_INFINITY) => learnedToBytes(intervalMs, held.rhythm, long, recent, maxBytes),
    get beats() {
      return held.beats
    },
  }
}
