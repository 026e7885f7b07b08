// The scale on which gaps are counted: logarithmic bins of 2.2 % from a quarter of a period to sixteen, where the last bin
// stands for everything beyond.

const BINS_PER_OCTAVE = 32
const LOWEST_OCTAVE = -2
const OCTAVES = 6
export const BIN_COUNT = BINS_PER_OCTAVE * OCTAVES
/** As if gaps beyond the scale lay evenly up to here: a node that beats twenty times too slowly still has a tail. */
const OPEN_END = 64

/** Lower edge of each bin in periods, and the end of the last one. */
export const EDGES = Float64Array.from({ length: BIN_COUNT + 1 }, (_, bin) =>
  bin === BIN_COUNT ? OPEN_END : 2 ** (bin / BINS_PER_OCTAVE + LOWEST_OCTAVE),
)
export const SCALE_END = 2 ** (LOWEST_OCTAVE + OCTAVES)

export const lowerEdge = (bin: number): number => EDGES[bin] as number

/** Answers the bin of a gap in periods; the first one for everything below the scale. */
export function binOf(gap: number): number {
  if (gap <= lowerEdge(0)) return 0
  if (gap >= SCALE_END) return BIN_COUNT - 1
  return Math.min(BIN_COUNT - 1, Math.floor((Math.log2(gap) - LOWEST_OCTAVE) * BINS_PER_OCTAVE))
}
