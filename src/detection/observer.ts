// The observer doubts itself first: a late tick of its own, or all of its targets silent at once, freezes every verdict.
// Pure: told the time, it answers what to believe.
import type { Verdict } from '../guard/protocol.ts'

export interface ObserverSettings {
  /** How often `tick` is meant to be called. */
  readonly tickMs: number
  /** A tick that is later than this is a stall of our own. */
  readonly toleratedLagMs: number
  /** How long verdicts stay frozen after a stall: one beat of everybody must have had its chance. */
  readonly recoveryMs: number
}

export interface Tick {
  /** How much of the time since the last tick this process was not there; 0 when it was. */
  readonly stalledMs: number
}

export interface Observer {
  tick(atMs: number): Tick
  /** True while verdicts must not be believed because of a stall. */
  isRecovering(atMs: number): boolean
  /** The largest lag of the last ticks, fading: what `phix status` shows. */
  readonly lagMs: number
}

/** Creates the watcher of this process's own loop. */
export function createObserver({ tickMs, toleratedLagMs, recoveryMs }: ObserverSettings): Observer {
  let lastMs: number | null = null
  let recoveredAtMs = Number.NEGATIVE_INFINITY
  let lagMs = 0
  return {
    tick(atMs) {
      const late = lastMs === null ? 0 : Math.max(0, atMs - lastMs - tickMs)
      lastMs = atMs
      lagMs = Math.max(late, lagMs * 0.9)
      if (late <= toleratedLagMs) return { stalledMs: 0 }
      recoveredAtMs = atMs + recoveryMs
      return { stalledMs: late }
    },
    isRecovering: (atMs) => atMs < recoveredAtMs,
    get lagMs() {
      return Math.round(lagMs)
    },
  }
}

/**
 * Answers whether the observer should suspect itself: everyone it ever heard is silent at once.
 * Why two: with a single target "all" says nothing; the direct probe has to do alone.
 */
export function isCutOff(verdicts: readonly Verdict[]): boolean {
  const heard = verdicts.filter((verdict) => verdict !== 'unknown')
  return heard.length >= 2 && heard.every((verdict) => verdict !== 'healthy')
}
