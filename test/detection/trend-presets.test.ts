// What the names of presets promise, measured: series that only swing, and series that really fill up, from seeds.
import { describe, expect, test } from 'vitest'
import { forecast, LEAST_SAMPLES, type Sample } from '../../src/detection/trend.ts'
import { TREND_PRESET_NAMES, TREND_PRESETS, type TrendPreset } from '../../src/plan/trend-preset.ts'

const MINUTE = 60_000
const WITHIN_MS = 240 * MINUTE
const LIMIT = 0.95
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1)

/** A small generator of numbers from 0 to 1 (mulberry32): the same seed is the same series. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Swings up and down in two to five hours, under noise of some size, and never reaches the limit. */
function swinging(seed: number): readonly Sample[] {
  const next = random(seed)
  const [periodMinutes, phase, noise] = [120 + next() * 180, next() * 2 * Math.PI, next() * 0.2]
  return Array.from({ length: 240 }, (_, minute) => ({
    at: minute * MINUTE,
    value: 0.6 + 0.12 * Math.sin((2 * Math.PI * minute) / periodMinutes + phase) + (next() - 0.5) * noise,
  }))
}

/** Stands for half an hour, then fills up within about four hours, under noise. */
function filling(seed: number): readonly Sample[] {
  const next = random(seed)
  const perMinute = 0.0012 + next() * 0.001
  return Array.from({ length: 240 }, (_, minute) => ({
    at: minute * MINUTE,
    value: 0.5 + Math.max(0, minute - 30) * perMinute + (next() - 0.5) * 0.03,
  }))
}

type Warnings = Readonly<Record<TrendPreset, number | null>>

/** First minute at which each preset would warn, looking every five minutes, back for an hour; null: never. */
function firstWarnings(samples: readonly Sample[]): Warnings {
  const first: Record<TrendPreset, number | null> = { conservative: null, balanced: null, aggressive: null }
  for (let end = LEAST_SAMPLES; end <= samples.length; end += 5) {
    const now = samples[end - 1]?.at ?? 0
    const seen = forecast(samples.slice(Math.max(0, end - 60), end), LIMIT, WITHIN_MS, now)
    if (seen === null || seen.reachesAt === null || seen.reachesAt - now > WITHIN_MS) continue
    for (const preset of TREND_PRESET_NAMES)
      if (seen.confidence >= TREND_PRESETS[preset]) first[preset] ??= now / MINUTE
  }
  return first
}

describe('the presets of a trend', () => {
  const measured = (seriesOf: (seed: number) => readonly Sample[]): readonly Warnings[] =>
    SEEDS.map((seed) => firstWarnings(seriesOf(seed)))

  test('conservative has fewer false alarms than balanced, and aggressive more', () => {
    const warnings = measured(swinging)
    const alarms = (preset: TrendPreset): number => warnings.filter((each) => each[preset] !== null).length
    expect(alarms('conservative')).toBeLessThan(alarms('balanced'))
    expect(alarms('balanced')).toBeLessThan(alarms('aggressive'))
  })

  test('aggressive warns earlier of what really fills up, conservative later, and no seed is the other way round', () => {
    const warnings = measured(filling)
    const mean = (preset: TrendPreset): number =>
      warnings.reduce((sum, each) => sum + (each[preset] ?? 240), 0) / warnings.length
    expect(mean('aggressive')).toBeLessThan(mean('balanced') - 1)
    expect(mean('balanced')).toBeLessThan(mean('conservative') - 1)
    for (const { aggressive, balanced, conservative } of warnings) {
      expect(aggressive ?? Infinity).toBeLessThanOrEqual(balanced ?? Infinity)
      expect(balanced ?? Infinity).toBeLessThanOrEqual(conservative ?? Infinity)
    }
  })
})
