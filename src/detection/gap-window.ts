// The last gaps between beats: a ring with running sums. O(1) a beat, fixed memory, nothing allocated a beat.

export interface GapWindow {
  add(gapMs: number): void
  meanMs(): number
  /** Population deviation; 0 where all gaps are equal, or there are none. */
  deviationMs(): number
  skewness(): number
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
  // Fields of one object: a captured `let` that holds a fraction is allocated anew at each assignment.
  const sums = { shift: 0, first: 0, squares: 0, cubes: 0 }
  let count = 0
  let next = 0

  const include = (gapMs: number, sign: 1 | -1): void => {
    const off = gapMs - sums.shift
    const square = sign * off * off
    sums.first += sign * off
    sums.squares += square
    sums.cubes += square * off
  }
  const sumAnew = (): void => {
    sums.shift = ring[0] as number
    sums.first = sums.squares = sums.cubes = 0
    for (let index = 0; index < count; index++) include(ring[index] as number, 1)
  }

  const variance = (): number => {
    if (count === 0) return 0
    const off = sums.first / count
    return Math.max(0, sums.squares / count - off * off)
  }

  return {
    add(gapMs) {
      if (count === 0) sums.shift = gapMs
      const squaresBefore = sums.squares
      if (count === ring.length) include(ring[next] as number, -1)
      else count++
      const residueShows = sums.squares < squaresBefore * 1e-6
      ring[next] = gapMs
      include(gapMs, 1)
      next = (next + 1) % ring.length
      if (next === 0 || residueShows) sumAnew()
    },
    meanMs: () => (count === 0 ? 0 : sums.shift + sums.first / count),
    deviationMs: () => Math.sqrt(variance()),
    skewness() {
      const spread = variance()
      if (spread === 0) return 0
      const off = sums.first / count
      return (
        (sums.cubes / count - 3 * off * (sums.squares / count) + 2 * off * off * off) / (spread * Math.sqrt(spread))
      )
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
