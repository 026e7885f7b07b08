import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checksumOf,
  decodeGaps,
  CHECKPOINT_BYTES,
  encodeGaps,
  restoreLearned,
  sealCheckpoint,
} from '../../src/detection/checkpoint.ts'
import { createGapWindow } from '../../src/detection/gap-window.ts'
import { createHeartMonitor, type MonitorSettings } from '../../src/detection/heart-monitor.ts'
import { MODELS, phiOf, unsuspiciousMs, type ModelName } from '../../src/detection/models.ts'
import { createObserver, isCutOff } from '../../src/detection/observer.ts'

const SETTINGS: MonitorSettings = {
  model: 'gaussian-exact',
  windowSize: 200,
  minDeviationMs: 100,
  pauseMs: 0,
  suspectPhi: 8,
  failedPhi: 16,
  intervalMs: 1000,
}
const beatEvery = (gapMs: number, count: number, settings = SETTINGS, from = 0) => {
  const monitor = createHeartMonitor(settings)
  for (let index = 0; index <= count; index++) monitor.beat(from + index * gapMs)
  return monitor
}

describe('a heart monitor', () => {
  test('knows nothing before the first beat, however long it waits', () => {
    const monitor = createHeartMonitor(SETTINGS)
    expect(monitor.verdict(1e12)).toBe('unknown')
    expect(monitor.phi(1e12)).toBe(0)
  })

  test('goes from healthy over suspect to failed while the silence grows, and back at a beat', () => {
    const monitor = beatEvery(1000, 50)
    expect(monitor.verdict(51_000)).toBe('healthy')
    expect(monitor.verdict(51_650)).toBe('suspect')
    expect(monitor.verdict(52_500)).toBe('failed')
    monitor.beat(60_000)
    expect(monitor.verdict(60_000)).toBe('healthy')
  })

  test('does not learn the gap of an outage, but learns a new rhythm', () => {
    const monitor = beatEvery(1000, 50)
    monitor.beat(350_000)
    monitor.beat(351_000)
    expect(monitor.verdict(353_500)).toBe('failed')
    for (let at = 351_000; at < 1_500_000; at += 3000) monitor.beat(at)
    expect(monitor.verdict(1_500_100)).not.toBe('failed')
  })

  test('takes a stall of the observer out of the silence', () => {
    const monitor = beatEvery(1000, 50)
    monitor.forgive(8_400)
    expect(monitor.verdict(50_000 + 8_400 + 900)).toBe('healthy')
  })

  test('φ is finite and never falls between two beats, for any beats and any model', () => {
    const model = fc.constantFrom('gaussian-exact', 'akka-logistic', 'exponential-log10', 'ex-gaussian' as const)
    fc.assert(
      fc.property(
        model,
        fc.array(fc.double({ min: -1e6, max: 1e9, noNaN: true }), { maxLength: 300 }),
        (name, gaps) => {
          const monitor = createHeartMonitor({ ...SETTINGS, model: name, windowSize: 20 })
          let at = 0
          for (const gap of gaps) monitor.beat((at += gap))
          let before = 0
          for (const silence of [0, 1, 10, 1e3, 1e4, 1e6, 1e9, 1e12]) {
            const phi = monitor.phi(at + silence)
            expect(Number.isFinite(phi)).toBe(true)
            expect(phi).toBeGreaterThanOrEqual(before - 1e-9)
            before = phi
          }
        },
      ),
    )
  })

  test('what is said to be no suspicious silence has a φ below 1, for any rhythm and any model', () => {
    const positive = (max: number) => fc.double({ min: 1e-3, max, noNaN: true })
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(MODELS) as ModelName[])),
        positive(1e6),
        positive(1e6),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 30, noNaN: true }),
        (model, meanMs, floorMs, wider, skewness) => {
          const silenceMs = unsuspiciousMs(model, meanMs, floorMs)
          expect(phiOf(model, silenceMs, meanMs, floorMs * wider, skewness)).toBeLessThan(1)
        },
      ),
    )
  })

  test('the running sums agree with a fresh sum over the window, whatever went through it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 400 }),
        (gaps) => {
          const window = createGapWindow(50)
          for (const gap of gaps) window.add(gap)
          const last = gaps.slice(-50)
          const mean = last.reduce((sum, gap) => sum + gap, 0) / last.length
          expect(window.gaps()).toEqual(last)
          expect(Math.abs(window.meanMs() - mean)).toBeLessThanOrEqual(1e-9 * Math.max(...gaps))
        },
      ),
    )
  })
})

describe('the observer', () => {
  const observer = () => createObserver({ tickMs: 100, toleratedLagMs: 500, recoveryMs: 1500 })
  test('a late tick of its own freezes verdicts until everybody had the chance of a beat', () => {
    const own = observer()
    own.tick(0)
    expect(own.tick(100)).toEqual({ stalledMs: 0 })
    expect(own.tick(8_600)).toEqual({ stalledMs: 8_400 })
    expect(own.isRecovering(9_000)).toBe(true)
    expect(own.isRecovering(10_200)).toBe(false)
  })
  test('all targets silent at once is a fault of the observer; one of many, or none ever heard, is not', () => {
    expect(isCutOff(['failed', 'suspect', 'unknown'])).toBe(true)
    expect(isCutOff(['failed', 'healthy'])).toBe(false)
    expect(isCutOff(['failed'])).toBe(false)
    expect(isCutOff(['unknown', 'unknown'])).toBe(false)
  })
})

describe('a checkpoint', () => {
  const monitor = beatEvery(1000, 300)
  const sealed = sealCheckpoint({
    v: 1,
    at: 1,
    lagMs: 0,
    nodes: Array.from({ length: 50 }, (_, index) => ({
      name: `node-${index}`,
      phi: 0,
      verdict: 'healthy' as const,
      beats: 300,
      lastBeatAt: 1,
      window: encodeGaps(monitor.gaps(), 1100),
    })),
  })

  test('of 50 nodes with full windows stays below its limit', () => {
    expect(JSON.stringify(sealed).length).toBeLessThan(CHECKPOINT_BYTES)
  })
  test('restores the learned gaps; the last arrival is forgotten, so the node is unknown until its next beat', () => {
    const gaps = decodeGaps(restoreLearned(JSON.parse(JSON.stringify(sealed)))?.get('node-7') ?? '') ?? []
    expect(gaps).toHaveLength(200)
    const restored = createHeartMonitor(SETTINGS, gaps)
    expect(restored.verdict(1e9)).toBe('unknown')
    restored.beat(1e9)
    expect(restored.verdict(1e9 + 1_650)).toBe('suspect')
  })
  test('drops the oldest gaps where all would not fit', () => {
    expect(encodeGaps([1e9, 1000, 1001], 8)).toBe('rs.rt')
  })
  test('damaged anywhere is no checkpoint: never a verdict, never an exception', () => {
    const text = JSON.stringify(sealed)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0, max: 127 }), (at, code) => {
        const damaged = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1)
        let record: unknown
        try {
          record = JSON.parse(damaged)
        } catch {
          return
        }
        if (JSON.stringify(record) !== text) expect(restoreLearned(record)).toBeNull()
      }),
      { numRuns: 1_000 },
    )
    for (const none of [null, undefined, 7, 'x', {}, { v: 1, nodes: [null], checksum: 'x' }]) {
      expect(restoreLearned(none)).toBeNull()
    }
    expect(checksumOf('')).toBe('811c9dc5')
  })
})
