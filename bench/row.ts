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

/** What could not be measured (NaN) does not hold. */
export const holds = ({ ratio, limit }: Row): boolean => ratio <= limit

/** Makes the row of a number that has an absolute limit. */
export const absoluteRow = (what: string, value: number, limit: number, inWords: (value: number) => string): Row => ({
  what,
  reference: `at most ${inWords(limit)}`,
  measured: inWords(value),
  ratio: value / limit,
  limit: 1,
})

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

/** Answers what most samples are near to that nothing else disturbed: for code that waits for nothing. */
export const undisturbed = (values: readonly number[]): number => quantile(values, 0.1)

/** Runs both sides in turn, first the one and then the other first, so that a noisy machine is noisy for both. */
export async function alternate<T>(
  pairs: number,
  ours: () => Promise<T> | T,
  reference: () => Promise<T> | T,
): Promise<{ readonly ours: readonly T[]; readonly reference: readonly T[] }> {
  const measured = { ours: [] as T[], reference: [] as T[] }
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

export interface Spent {
  readonly wallMs: number
  /** User and system time of this whole process: what a busy machine disturbs least. */
  readonly cpuMs: number
}

export async function spentOn(work: () => Promise<unknown>): Promise<Spent> {
  const cpuBefore = process.cpuUsage()
  const began = performance.now()
  await work()
  const wallMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpuBefore)
  return { wallMs, cpuMs: (user + system) / 1000 }
}

export const wallsOf = (spent: readonly Spent[]): readonly number[] => spent.map(({ wallMs }) => wallMs)

/** Answers `CPU 1.02 ×`: the second opinion beside a ratio of wall times. */
export const cpuInWords = (ours: readonly Spent[], reference: readonly Spent[]): string => {
  const cpuOf = (spent: readonly Spent[]): readonly number[] => spent.map(({ cpuMs }) => cpuMs)
  return `CPU ${pairedRatio(cpuOf(ours), cpuOf(reference)).toFixed(2)} ×`
}

export const inMs = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
export const inSeconds = (valueMs: number): string => `${(valueMs / 1000).toFixed(2)} s`
