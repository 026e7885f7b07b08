// Two memories as compact bytes, for a checkpoint: about half a kilobyte, 1,171 bytes at most. Damage is the checkpoint's
// to find (checksum); here a record of another shape, version or interval is simply no record.
import type { GapMemory } from './gap-memory.ts'
import { BIN_COUNT } from './gap-scale.ts'

export interface Learned {
  readonly long: Float64Array
  readonly recent: Float64Array
  readonly rhythm: number
}

const VERSION = 1
/** Version, interval, rhythm. */
const HEADER_BYTES = 1 + 8 + 8
/** Bin, then its count. */
const ENTRY_BYTES = 3
/** Counts are written as logarithms of 1/1024 of an octave: to 0.04 %. The smallest one that is kept is 2^-24 of a gap. */
const STEPS_PER_OCTAVE = 1024
const LOWEST_OCTAVE = -24

const stepOf = (count: number): number =>
  count > 0 ? Math.min(0xffff, Math.max(0, Math.round((Math.log2(count) - LOWEST_OCTAVE) * STEPS_PER_OCTAVE))) : 0
const countOf = (step: number): number => 2 ** (step / STEPS_PER_OCTAVE + LOWEST_OCTAVE)

/** Writes what was learned at this interval. Leaves the recent memory out where all would not fit into `maxBytes`. */
export function learnedToBytes(
  intervalMs: number,
  rhythm: number,
  long: GapMemory,
  recent: GapMemory,
  maxBytes: number,
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 2 * (1 + BIN_COUNT * ENTRY_BYTES))
  const view = new DataView(bytes.buffer)
  view.setUint8(0, VERSION)
  view.setFloat64(1, intervalMs)
  view.setFloat64(9, rhythm)
  const longEnd = writeCounts(view, HEADER_BYTES, long)
  const end = writeCounts(view, longEnd, recent)
  if (end <= maxBytes) return bytes.slice(0, end)
  view.setUint8(longEnd, 0)
  return bytes.slice(0, longEnd + 1)
}

function writeCounts(view: DataView, from: number, memory: GapMemory): number {
  let at = from + 1
  for (let bin = 0; bin < BIN_COUNT; bin++) {
    const step = stepOf(memory.countIn(bin))
    if (step === 0) continue
    view.setUint8(at, bin)
    view.setUint16(at + 1, step)
    at += ENTRY_BYTES
  }
  view.setUint8(from, (at - from - 1) / ENTRY_BYTES)
  return at
}

/** Reads what was learned; null where these bytes are no such record, or were learned at another interval. */
export function learnedFromBytes(bytes: Uint8Array, intervalMs: number): Learned | null {
  if (bytes.length < HEADER_BYTES) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint8(0) !== VERSION || view.getFloat64(1) !== intervalMs) return null
  const rhythm = view.getFloat64(9)
  const long = readCounts(view, HEADER_BYTES)
  const recent = long && readCounts(view, long.end)
  if (!recent || recent.end !== bytes.length || !(rhythm > 0 && Number.isFinite(rhythm))) return null
  return { long: long.counts, recent: recent.counts, rhythm }
}

function readCounts(view: DataView, from: number): { readonly counts: Float64Array; readonly end: number } | null {
  const counts = new Float64Array(BIN_COUNT)
  if (from >= view.byteLength) return null
  const end = from + 1 + view.getUint8(from) * ENTRY_BYTES
  if (end > view.byteLength) return null
  for (let at = from + 1; at < end; at += ENTRY_BYTES) {
    const bin = view.getUint8(at)
    if (bin >= BIN_COUNT) return null
    counts[bin] = countOf(view.getUint16(at + 1))
  }
  return { counts, end }
}
