// The last gaps between beats: a ring with running sums. O(1) a beat, fixed memory, nothing allocated a beat.
import type { Rhythm } from './models.ts'

export interface GapWindow {
  add(gapMs: number): void
  /** Answers mean, deviation (never below `minDeviationMs`) and skewness of the gaps that are in. */
  rhythm(minDeviationMs: number): Rhythm
  /** Oldest first. */
  gaps(): readonly number[]
  readonly count: number
}

/**
 * Creates an empty window.
 * Why the shift: sums of raw squares lose all digits where gaps are large and steady; gaps minus a typical one do not.
 * Invariant: the sums are computed anew, around a fresh shift, each time the ring has gone round, and when an outlier
 * leaves that dwarfed the rest: rounding never adds up.
 */
export function createGapWindow(windowSize: number): GapWindow {
  const ring = new Float64Array(Math.max(1, windowSize))
  let count = 0
  let next = 0
  let shift = 0
  let sum = 0
  let squares = 0
  let cubes = 0

  const include = (gapMs: number, sign: 1 | -1): void => {
    const off = gapMs - shift
    sum += sign * off
    squares += sign * off * off
    cubes += sign * off * off * off
  }
  const sumAnew = (): void => {
    shift = ring[0] as number
    sum = squares = cubes = 0
    for (let index = 0; index < count; index++) include(ring[index] as number, 1)
  }

  return {
    add(gapMs) {
      if (count === 0) shift = gapMs
      const squaresBefore = squares
      if (count === ring.length) include(ring[next] as number, -1)
      else count++
      const residueShows = squares < squaresBefore * 1e-6
      ring[next] = gapMs
      include(gapMs, 1)
      next = (next + 1) % ring.length
      if (next === 0 || residueShows) sumAnew()
    },
    rhythm(minDeviationMs) {
      if (count === 0) return { meanMs: 0, deviationMs: minDeviationMs, skewness: 0 }
      const off = sum / count
      const variance = Math.max(0, squares / count - off * off)
      const deviation = Math.sqrt(variance)
      const third = cubes / count - 3 * off * (squares / count) + 2 * off * off * off
      return {
        meanMs: shift + off,
        deviationMs: Math.max(minDeviationMs, deviation),
        skewness: deviation > 0 ? third / (variance * deviation) : 0,
      }
    },
    gaps: () => {
      const start = count === ring.length ? next : 0
      return Array.from({ length: count }, (_, index) => ring[(start + index) % ring.length] as number)
    },
    get count() {
      return count
    },
  }
}
