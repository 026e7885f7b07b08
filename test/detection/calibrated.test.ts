import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CALIBRATED_PHI_MAX, createCalibratedMonitor } from '../../src/detection/calibrated.ts'
import { createGapMemory } from '../../src/detection/calibrated/gap-memory.ts'
import { learnedFromBytes } from '../../src/detection/calibrated/learned-bytes.ts'
import { rngFrom } from './kit/traces.mjs'

const T = 1_000
const beatsAfter = (gapsMs: readonly number[], learned: Uint8Array | null = null) => {
  const monitor = createCalibratedMonitor({ intervalMs: T }, learned)
  let at = 0
  monitor.beat(at)
  for (const gap of gapsMs) monitor.beat((at += gap))
  return { monitor, at }
}
const steady = (count: number, seed = 'steady'): number[] => {
  const rng = rngFrom(seed)
  return Array.from({ length: count }, () => T * (1 + 0.05 * rng.n()))
}
/** Answers the silence, to 10 ms, at which a verdict is reached. */
const silenceUntil = (verdict: string, { monitor, at }: ReturnType<typeof beatsAfter>): number => {
  for (let silence = 0; silence <= 50_000; silence += 10) if (monitor.verdict(at + silence) === verdict) return silence
  return Number.POSITIVE_INFINITY
}

describe('trust grows with what was seen', () => {
  test('nothing is known before the first beat, however long the wait', () => {
    const monitor = createCalibratedMonitor({ intervalMs: T })
    expect(monitor.verdict(1e12)).toBe('unknown')
    expect(monitor.phi(1e12)).toBe(0)
  })
  test('a node of half a minute is suspected within 5 periods, one of an hour within 2', () => {
    expect(silenceUntil('suspect', beatsAfter(steady(30)))).toBeLessThanOrEqual(5 * T)
    expect(silenceUntil('suspect', beatsAfter(steady(3_600)))).toBeLessThanOrEqual(2 * T)
  })
  test('a silence of 12 periods is failed, whatever was seen', () => {
    for (const count of [0, 1, 10, 1_000]) expect(beatsAfter(steady(count)).monitor.verdict(1e9)).toBe('failed')
    expect(silenceUntil('failed', beatsAfter([]))).toBe(12 * T)
  })
  test('the first pause of 4.5 periods after five thousand steady beats is suspect, not failed', () => {
    const { monitor, at } = beatsAfter(steady(5_000))
    expect(monitor.verdict(at + 4.5 * T)).toBe('suspect')
  })
})

describe('what is learned', () => {
  test('a lossy link gets the time that its losses need, a clean one does not', () => {
    const rng = rngFrom('lossy')
    const lossy = steady(20_000).map((gap) => {
      let lost = 0
      while (rng.u() < 0.1) lost++
      return gap + lost * T
    })
    expect(silenceUntil('suspect', beatsAfter(lossy))).toBeGreaterThan(4 * T)
    expect(silenceUntil('suspect', beatsAfter(steady(20_000)))).toBeLessThan(1.6 * T)
  })
  test('an outage is not learned: the next death is seen as fast as the first', () => {
    const before = steady(5_000)
    const failedBefore = silenceUntil('failed', beatsAfter(before))
    expect(silenceUntil('failed', beatsAfter([...before, 300 * T, ...steady(10)]))).toBeLessThanOrEqual(failedBefore)
  })
  test('a node that turns to half its pace is healthy again after a few beats', () => {
    const slower = beatsAfter([...steady(20_000), ...Array.from({ length: 5 }, () => 2 * T)])
    expect(slower.monitor.verdict(slower.at + 2.05 * T)).toBe('healthy')
  })
  test('a node that beats twenty times more slowly than agreed is not failed for ever', () => {
    const { monitor, at } = beatsAfter(Array.from({ length: 100 }, () => 20 * T))
    expect(monitor.verdict(at + 20 * T)).toBe('healthy')
  })
  test('a stall of the observer is taken out of the silence', () => {
    const { monitor, at } = beatsAfter(steady(1_000))
    monitor.forgive(8_400)
    expect(monitor.verdict(at + 8_400 + 0.9 * T)).toBe('healthy')
  })
  test('after a clock that went back, time goes on from there', () => {
    const { monitor } = beatsAfter(steady(1_000))
    monitor.beat(-3.6e6)
    expect(monitor.verdict(-3.6e6 + 500)).toBe('healthy')
    expect(monitor.verdict(-3.6e6 + 13 * T)).toBe('failed')
  })
})

const anyGaps = fc.array(
  fc.oneof(
    fc.double({ min: 0, max: 3 * T, noNaN: true }),
    fc.double({ min: -1e6, max: 1e9, noNaN: true }),
    fc.constantFrom(0, 1e-9, 0.25 * T, T, 16 * T, 1e15),
  ),
  { maxLength: 400 },
)

describe('φ, for any beats', () => {
  test('is finite, never negative, and never falls between two beats; nor does the verdict go back', () => {
    const rank = { unknown: 0, healthy: 1, suspect: 2, failed: 3 } as const
    fc.assert(
      fc.property(anyGaps, fc.array(fc.double({ min: 0, max: 70 * T, noNaN: true })), (gaps, silences) => {
        const { monitor, at } = beatsAfter(gaps)
        let phiBefore = 0
        let rankBefore = 0
        for (const silence of [0, 1, 1e6, 1e9, 1e12, 1e15, ...silences].sort((a, b) => a - b)) {
          const phi = monitor.phi(at + silence)
          expect(phi).toBeGreaterThanOrEqual(phiBefore - 1e-9)
          expect(phi).toBeLessThanOrEqual(CALIBRATED_PHI_MAX)
          expect(rank[monitor.verdict(at + silence)]).toBeGreaterThanOrEqual(rankBefore)
          phiBefore = phi
          rankBefore = rank[monitor.verdict(at + silence)]
        }
      }),
    )
  })
  test('asking changes nothing', () => {
    fc.assert(
      fc.property(anyGaps, fc.double({ min: 0, max: 1e6, noNaN: true }), (gaps, silence) => {
        const { monitor, at } = beatsAfter(gaps)
        const first = [monitor.phi(at + silence), monitor.verdict(at + silence), monitor.learned()]
        monitor.phi(at + 2 * silence)
        monitor.verdict(at + 3 * silence)
        expect([monitor.phi(at + silence), monitor.verdict(at + silence), monitor.learned()]).toEqual(first)
      }),
    )
  })
  test('the share of gaps beyond a silence is the share that was fed, up to the width of a bin', () => {
    const gap = fc.double({ min: 0.3, max: 12, noNaN: true })
    fc.assert(
      fc.property(fc.array(gap, { minLength: 50, maxLength: 300 }), gap, (gaps, silence) => {
        const memory = createGapMemory(1e9)
        for (const each of gaps) memory.add(each)
        const beyond = (limit: number): number => gaps.filter((each) => each > limit).length
        // The ten longest are the fitted tail's; below it the count is exact to a bin.
        if (beyond(silence) <= 20) return
        expect(memory.countBeyond(silence)).toBeLessThanOrEqual(beyond(silence / 1.023) + 0.001)
        expect(memory.countBeyond(silence)).toBeGreaterThanOrEqual(beyond(silence * 1.023) - 0.001)
      }),
    )
  })
})

describe('what was learned, as bytes', () => {
  test('goes on as the original does after the next beat, and knows no verdict before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), fc.string({ maxLength: 8 }), (count, seed) => {
        const rng = rngFrom(seed)
        const gaps = Array.from({ length: count }, () => T * (0.9 + rng.exp(0.3) + (rng.u() < 0.02 ? 2 * rng.u() : 0)))
        const original = beatsAfter(gaps)
        const restored = createCalibratedMonitor({ intervalMs: T }, original.monitor.learned())
        expect(restored.verdict(original.at + 1e6)).toBe('unknown')
        const anotherProcessMs = 5e9
        original.monitor.beat(original.at + T)
        restored.beat(anotherProcessMs)
        restored.beat(anotherProcessMs + T)
        for (const silence of [500, 1_000, 1_500, 2_500, 4_000, 8_000, 20_000]) {
          const expected = original.monitor.phi(original.at + T + silence)
          expect(Math.abs(restored.phi(anotherProcessMs + T + silence) - expected)).toBeLessThan(0.01 * (1 + expected))
        }
      }),
    )
  })
  test('fit where they have to: the recent memory is left out first', () => {
    const rng = rngFrom('wide')
    const { monitor } = beatsAfter(Array.from({ length: 5_000 }, () => rng.exp(T)))
    const all = monitor.learned()
    expect(all.length).toBeLessThanOrEqual(1_171)
    const short = monitor.learned(800)
    expect(short.length).toBeLessThanOrEqual(800)
    const { long, recent } = learnedFromBytes(short, T)!
    expect(long.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(4_800)
    expect(recent.every((count) => count === 0)).toBe(true)
    const restored = createCalibratedMonitor({ intervalMs: T }, short)
    restored.beat(0)
    expect(restored.verdict(3 * T)).toBe('healthy')
  })
  test('of a steady node are few', () => {
    expect(beatsAfter(steady(100_000)).monitor.learned().length).toBeLessThan(200)
  })
  test('damaged, or of another interval, are no record and never an exception', () => {
    const learned = beatsAfter(steady(500)).monitor.learned()
    const empty = createCalibratedMonitor({ intervalMs: T }).learned()
    expect(createCalibratedMonitor({ intervalMs: 2 * T }, learned).learned()).toHaveLength(empty.length)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(learned.length), (noise, at) => {
        const damaged = Uint8Array.from(learned)
        damaged.set(noise.subarray(0, learned.length - at), at)
        for (const bytes of [noise, damaged, learned.subarray(0, at)]) {
          const monitor = createCalibratedMonitor({ intervalMs: T }, bytes)
          for (const beat of [0, 1_000, 2_000]) monitor.beat(beat)
          expect(Number.isFinite(monitor.phi(3_000))).toBe(true)
          expect(monitor.verdict(2_500)).not.toBe('failed')
        }
      }),
    )
  })
})
