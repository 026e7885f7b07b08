// One node's beats: what was learned, how suspicious its silence is, and the verdict. Time is an argument and monotonic;
// it means nothing outside the process. Does not probe, does not decide to act. Read next: observer.ts.
import type { Verdict } from '../guard/protocol.ts'
import { createGapWindow } from './gap-window.ts'
import { phiOf, readsSkewness, unsuspiciousMs, type ModelName } from './models.ts'

export interface MonitorSettings {
  readonly model: ModelName
  /** Gaps that are remembered. Too few: one late beat bends the rhythm. Too many: a change of rhythm is learned late. */
  readonly windowSize: number
  /** Floor of the deviation. Too low: a very steady node is suspected at a hiccup. Too high: a death is seen late. */
  readonly minDeviationMs: number
  /** Added to the mean: a pause that is nobody's fault. Each ms is also a ms later in seeing a death. */
  readonly pauseMs: number
  /** Too low: healthy nodes are probed for nothing. Too high: a death is seen late. */
  readonly suspectPhi: number
  readonly failedPhi: number
  /** What the first gap is expected to be, before there are any. */
  readonly intervalMs: number
}

export interface HeartMonitor {
  beat(atMs: number): void
  /** Pure; finite; 0 while nothing is known. Never falls between two beats. */
  phi(atMs: number): number
  /** Pure; `unknown` until the first beat of this process. */
  verdict(atMs: number): Verdict
  /** Takes an observer's own stall out of the present silence: nobody can hear while asleep. */
  forgive(stallMs: number): void
  /** Takes the present silence for an outage, because a fresh connection found nobody: it says nothing of the rhythm. */
  confirmOutage(): void
  gaps(): readonly number[]
  readonly beats: number
}

/**
 * Creates the monitor of one node, warm where gaps of an earlier process are given.
 * Why: a last arrival is not given, because monotonic time does not cross processes (`unknown` until the next beat).
 * Invariant: a gap of an outage is not learned; a second one in a row is a new rhythm, and is.
 */
export function createHeartMonitor(settings: MonitorSettings, learned: readonly number[] = []): HeartMonitor {
  const { model, windowSize, minDeviationMs, pauseMs, suspectPhi, failedPhi, intervalMs } = settings
  const window = createGapWindow(windowSize)
  if (learned.length > 0) for (const gap of learned) window.add(gap)
  else for (const share of [0.75, 1.25]) window.add(intervalMs * share)

  const hasTail = readsSkewness(model)
  let lastBeatMs: number | null = null
  let beats = 0
  let sawOutage = false
  let isSeenDead = false

  const phi = (atMs: number): number => {
    if (lastBeatMs === null) return 0
    const silenceMs = Math.max(0, atMs - lastBeatMs)
    const deviationMs = Math.max(minDeviationMs, window.deviationMs())
    return phiOf(model, silenceMs, window.meanMs() + pauseMs, deviationMs, hasTail ? window.skewness() : 0)
  }

  return {
    beat(atMs) {
      beats++
      if (lastBeatMs === null) {
        lastBeatMs = atMs
        return
      }
      const gapMs = atMs - lastBeatMs
      // A doubled beat, or a clock that went back: no gap.
      if (!(gapMs > 0)) return
      const isLate = failedPhi < 1 || gapMs > unsuspiciousMs(model, window.meanMs() + pauseMs, minDeviationMs)
      const isOutage = isSeenDead || (isLate && phi(atMs) >= failedPhi)
      if (!isOutage || sawOutage) window.add(gapMs)
      sawOutage = isOutage
      isSeenDead = false
      lastBeatMs = atMs
    },
    phi,
    verdict(atMs) {
      if (lastBeatMs === null) return 'unknown'
      const suspicion = phi(atMs)
      if (suspicion >= failedPhi) return 'failed'
      return suspicion >= suspectPhi ? 'suspect' : 'healthy'
    },
    forgive(stallMs) {
      if (lastBeatMs !== null) lastBeatMs += stallMs
    },
    confirmOutage() {
      isSeenDead = lastBeatMs !== null
    },
    gaps: () => window.gaps(),
    get beats() {
      return beats
    },
  }
}
