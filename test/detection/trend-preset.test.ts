// What the names for a trend's confidence promise, on seeded series: fewer false alarms, or earlier warnings.
import { describe, expect, test } from 'vitest'
import { forecast, type Sample } from '../../src/detection/trend.ts'
import { TREND_PRESETS, type TrendPreset } from '../../src/plan/trend-preset.ts'

const MINUTE = 60_000
const WINDOW = 30
const SERIES = 60

/** Park and Miller's generator, 0–1. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** One sample a minute around a line; a walk adds up its noise, as load does. */
function series(seed: number, perMinute: number, noise: number): readonly Sample[] {
  const random = createRandom(seed)
  let drift = 0
  return Array.from({ length: 120 }, (_, minute) => {
    drift += (random() - 0.5) * noise
    return { at: minute * MINUTE, value: 0.5 + perMinute * minute + drift + (random() - 0.5) * noise }
  })
}

/** Answers the first minute at which a preset would begin something; null: never. */
function warnedAt(samples: readonly Sample[], preset: TrendPreset): number | null {
  for (let end = WINDOW; end <= samples.length; end++) {
    const now = (end - 1) * MINUTE
    const seen = forecast(samples.slice(end - WINDOW, end), 0.95, 60 * MINUTE, now)
    if (seen !== null && seen.confidence >= TREND_PRESETS[preset]) return end - 1
  }
  return null
}

const seeds = Array.from({ length: SERIES }, (_, index) => index * 7_919 + 1)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('of 60 series, the preset', () => {
  test('conservative raises fewer false alarms than balanced, and balanced fewer than aggressive', () => {
    // Walks without a direction: whatever is foreseen of them is false.
    const walks = seeds.map((seed) => series(seed, 0, 0.1))
    const alarms = (preset: TrendPreset): number => walks.filter((walk) => warnedAt(walk, preset) !== null).length
    expect(alarms('conservative')).toBeLessThan(alarms('balanced'))
    expect(alarms('balanced')).toBeLessThan(alarms('aggressive'))
  })
  test('aggressive warns earlier of what really fills up than balanced, and balanced earlier than conservative', () => {
    const rising = seeds.map((seed) => series(seed, 0.005, 0.02))
    const warned = (preset: TrendPreset): number => mean(rising.map((line) => warnedAt(line, preset) ?? line.length))
    expect(warned('aggressive')).toBeLessThan(warned('balanced'))
    expect(warned('balanced')).toBeLessThan(warned('conservative'))
  })
})
