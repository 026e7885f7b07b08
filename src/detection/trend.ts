// Whether a number is on its way to a limit: the slope of Theil and Sen, which outliers cannot bend, and how sure it is.
// Pure; times are epoch ms. Read next: activities/watching/symptoms/trend-watch.ts (who feeds it).

export interface Sample {
  readonly at: number
  readonly value: number
}

export interface Forecast {
  /** Units a millisecond. */
  readonly slope: number
  /** When the limit is reached by the median slope; null where it is going away from it, or stands. */
  readonly reachesAt: number | null
  /** Share of the plausible slopes, 0–1, by which the limit is reached in time. */
  readonly confidence: number
}

/** Fewer say nothing about a direction. */
export const LEAST_SAMPLES = 12

/**
 * Forecasts when a number reaches a limit; null where there are too few samples.
 * Why Theil and Sen: the median of all slopes between two samples holds with up to 29 % of wild ones (Sen, 1968).
 * Confidence without resampling: the slopes between halves of the window (Theil's incomplete method) are independent
 * lines through the same samples; the share of them that reach the limit in time is how sure it is, and it is weighed
 * by how monotone the samples are (Kendall's tau), so that noise around a level is not sure of anything.
 * Invariant: the same samples in any order, or shifted in time together with `now`, answer the same.
 */
export function forecast(samples: readonly Sample[], reaches: number, withinMs: number, now: number): Forecast | null {
  if (samples.length < LEAST_SAMPLES) return null
  const sorted = samples.toSorted((a, b) => a.at - b.at)
  const slopes = slopesOf(sorted)
  if (slopes.length === 0) return null
  const slope = median(slopes)
  const level = median(sorted.map(({ at, value }) => value + slope * (now - at)))
  if (level >= reaches) return { slope, reachesAt: now, confidence: 1 }
  const needed = (reaches - level) / withinMs
  const halves = halfSlopes(sorted)
  const inTime = halves.filter((each) => each >= needed).length / Math.max(1, halves.length)
  const confidence = inTime * Math.max(0, kendall(sorted))
  return { slope, reachesAt: slope > 0 ? now + (reaches - level) / slope : null, confidence }
}

function slopesOf(samples: readonly Sample[]): readonly number[] {
  return samples.flatMap((one, index) =>
    samples
      .slice(index + 1)
      .flatMap((other) => (other.at > one.at ? [(other.value - one.value) / (other.at - one.at)] : [])),
  )
}

/** Slopes from each sample of the first half to its counterpart in the second: each sample is used once. */
function halfSlopes(samples: readonly Sample[]): readonly number[] {
  const half = Math.floor(samples.length / 2)
  return samples.slice(0, half).flatMap((one, index) => {
    const other = samples[samples.length - half + index]
    return other === undefined || other.at <= one.at ? [] : [(other.value - one.value) / (other.at - one.at)]
  })
}

/** Kendall's tau-a: how much more pairs rise than fall, -1 to 1. */
function kendall(samples: readonly Sample[]): number {
  const signs = samples.flatMap((one, index) =>
    samples.slice(index + 1).map((other) => Math.sign(other.value - one.value)),
  )
  return signs.length === 0 ? 0 : signs.reduce((total, sign) => total + sign, 0) / signs.length
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
