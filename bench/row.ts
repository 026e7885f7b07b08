// One line of the bench's table, and the few statistics that all rows use.

export interface Row {
  readonly what: string
  readonly reference: string
  /** What was measured, in words with units. */
  readonly measured: string
  /** Measured over reference (or over the absolute limit where there is no reference), smaller is better. */
  readonly ratio: number
  /** The row holds while `ratio` is not above this. */
  readonly limit: number
}

/** Answers the middle of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/** Answers the smallest value that at least this share (0–1) of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** Runs both sides in turn, first the one and then the other first, so that a noisy machine is noisy for both. */
export async function alternate(
  pairs: number,
  ours: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<{ readonly ours: readonly number[]; readonly reference: readonly number[] }> {
  const measured = { ours: [] as number[], reference: [] as number[] }
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) {
      measured.ours.push(await ours())
      measured.reference.push(await reference())
    } else {
      measured.reference.push(await reference())
      measured.ours.push(await ours())
    }
  }
  return measured
}

/** Answers the median of the pairs' own ratios: what drifts over minutes cancels inside each pair. */
export const pairedRatio = (ours: readonly number[], reference: readonly number[]): number =>
  median(ours.map((value, index) => value / (reference[index] ?? Number.NaN)))

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

export const inMs = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
