// Remembers the whole distribution of gaps in fixed memory: a histogram whose counts fade, with a tail fitted to the
// longest gaps. Knows periods only, no clock and no verdict. Read next: ../calibrated.ts.
import { BIN_COUNT, binOf, lowerEdge } from './gap-scale.ts'

export interface GapMemory {
  /** Counts one gap, in periods. */
  add(gap: number): void
  /** Answers how many of the remembered gaps are longer than `silence`; continuous, never rises with the silence. */
  countBeyond(silence: number): number
  /** How many gaps are remembered, faded ones in part. */
  weight(): number
  /** The faded count of one bin. */
  countIn(bin: number): number
  /** Replaces everything by what a process before this one had learned. */
  restore(counts: Float64Array): void
}

/** The longest gaps the tail is fitted to. Too few: one outlier is the tail. Too many: the bulk is. */
const TAIL_GAPS = 10
/** The mean of `m` exponential excesses errs by 1/√m of itself; the tail is taken one such error longer. */
const TAIL_CAUTION = 1 + 1 / Math.sqrt(TAIL_GAPS)
/** In periods. An excess of zero would make the tail a wall. */
const SHORTEST_TAIL = 0.001
/** Counts are written in ever larger units instead of fading all of them; far below where doubles lose digits. */
const LARGEST_UNIT = 1e9
/** A count below this, of a gap, is forgotten when counts are rescaled. */
const LEAST_COUNT = 2 ** -24

/**
 * Creates an empty memory that averages over the last `life` gaps, exponentially faded.
 *
 * Beyond the tail's start u, which the longest m = 10 gaps exceed (all of them while there are fewer),
 *
 *     count(t) = ½ · Σ counts beyond t  +  ½ · m · exp(-(t - u) / τ)      τ = (1 + 1/√m) · mean excess over u
 *
 * Why an exponential: the excess over a high threshold tends to a generalised Pareto law (Pickands, Annals of Statistics
 * 3, 1975), whose light-tailed case it is; beats lost independently make it exactly geometric. Heavier tails are met by
 * the empirical half and by the ceilings of the verdict.
 * Invariant: `add` and `countBeyond` make no object and look at each bin once at most.
 */
export function createGapMemory(life: number): GapMemory {
  const counts = new Float64Array(BIN_COUNT)
  const growth = 1 + 1 / life
  // `bins`: no bin from here on has ever counted anything; most memories look at a few dozen.
  const held = { unit: 1, total: 0, bins: 0, tailStart: lowerEdge(0), tailCount: 0, tailLength: SHORTEST_TAIL }

  const rescale = (): void => {
    held.bins = 0
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      const count = (counts[bin] as number) / held.unit
      counts[bin] = count > LEAST_COUNT ? count : 0
      if (count > LEAST_COUNT) held.bins = bin + 1
    }
    held.total /= held.unit
    held.unit = 1
  }
  const fitTail = (): void => {
    const wanted = TAIL_GAPS * held.unit
    let bin = held.bins
    let count = 0
    let moment = 0
    while (bin > 0 && count < wanted) {
      bin--
      const here = counts[bin] as number
      count += here
      moment += here * 0.5 * (lowerEdge(bin) + lowerEdge(bin + 1))
    }
    held.tailStart = lowerEdge(bin)
    held.tailCount = count
    held.tailLength =
      count > 0 ? Math.max(SHORTEST_TAIL, TAIL_CAUTION * (moment / count - held.tailStart)) : SHORTEST_TAIL
  }

  return {
    add(gap) {
      held.unit *= growth
      if (held.unit > LARGEST_UNIT) rescale()
      held.total += held.unit
      const bin = binOf(gap)
      counts[bin] = (counts[bin] as number) + held.unit
      if (bin >= held.bins) held.bins = bin + 1
      fitTail()
    },
    countBeyond(silence) {
      if (silence <= lowerEdge(0)) return held.total / held.unit
      let count = 0
      if (silence < lowerEdge(BIN_COUNT)) {
        const own = binOf(silence)
        for (let bin = held.bins - 1; bin > own; bin--) count += counts[bin] as number
        const share = (lowerEdge(own + 1) - silence) / (lowerEdge(own + 1) - lowerEdge(own))
        count += (counts[own] as number) * Math.min(1, Math.max(0, share))
      }
      if (silence > held.tailStart) {
        count = 0.5 * (count + held.tailCount * Math.exp(-(silence - held.tailStart) / held.tailLength))
      }
      return count / held.unit
    },
    weight: () => held.total / held.unit,
    countIn: (bin) => (counts[bin] as number) / held.unit,
    restore(learned) {
      counts.set(learned)
      held.unit = 1
      held.total = learned.reduce((sum, count) => sum + count, 0)
      held.bins = BIN_COUNT
      fitTail()
    },
  }
}
