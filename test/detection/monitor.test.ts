import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesFromText, bytesInText, textFromBytes } from '../../src/detection/bytes-text.ts'
import { createMonitor, type AnyMonitorSettings } from '../../src/detection/monitor.ts'

const MODELS = ['calibrated', 'gaussian-exact', 'akka-logistic', 'exponential-log10', 'ex-gaussian'] as const
const settingsOf = (model: AnyMonitorSettings['model']): AnyMonitorSettings => ({
  model,
  windowSize: 200,
  minDeviationMs: 100,
  pauseMs: 0,
  suspectPhi: model === 'calibrated' ? 4 : 8,
  failedPhi: model === 'calibrated' ? 6 : 16,
  intervalMs: 1_000,
})
const beatsOf = (model: AnyMonitorSettings['model'], count: number, learned = '') => {
  const monitor = createMonitor(settingsOf(model), learned)
  for (let index = 0; index < count; index++) monitor.beat(index * 1_000 + (index % 7) * 10)
  return monitor
}

describe.each(MODELS)('a monitor of model %s', (model) => {
  test('counts its beats and goes from healthy to suspect to failed', () => {
    const monitor = beatsOf(model, 500)
    expect(monitor.beats).toBe(500)
    expect(monitor.verdict(499_500)).toBe('healthy')
    const verdicts = Array.from({ length: 500 }, (_, index) => monitor.verdict(499_500 + index * 100))
    expect([...new Set(verdicts)]).toEqual(['healthy', 'suspect', 'failed'])
  })
  test('goes on from what was learned, as text of at most the length that is given', () => {
    const learned = beatsOf(model, 500).learned(1_000)
    expect(learned.length).toBeLessThanOrEqual(1_000)
    const restored = createMonitor(settingsOf(model), learned)
    expect(restored.verdict(1e9)).toBe('unknown')
    restored.beat(1e9)
    expect(restored.phi(1e9 + 1_200)).toBeCloseTo(beatsOf(model, 500, '').phi(499_020 + 1_200), 1)
  })
  test('does not learn a silence in which a probe found nobody, however short; a second one in a row it learns', () => {
    const monitor = beatsOf(model, 60)
    const endsAt = 59_000 + (59 % 7) * 10
    const before = monitor.learned(5_000)
    monitor.confirmOutage()
    monitor.beat(endsAt + 2_500)
    expect(monitor.learned(5_000)).toBe(before)
    monitor.confirmOutage()
    monitor.beat(endsAt + 5_000)
    expect(monitor.learned(5_000)).not.toBe(before)
  })
  test('starts anew where another model had learned, and never throws', () => {
    const fresh = createMonitor(settingsOf(model), '').learned(5_000)
    for (const other of MODELS) {
      if ((other === 'calibrated') === (model === 'calibrated')) continue
      expect(createMonitor(settingsOf(model), beatsOf(other, 300).learned(1_000)).learned(5_000)).toBe(fresh)
    }
  })
})

test('any bytes are the same after a way through text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = textFromBytes(bytes)
      expect(text).toMatch(/^[\w-]*$/)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(bytesInText(text.length)).toBe(bytes.length)
      expect(bytesFromText(text)).toEqual(bytes)
    }),
  )
  expect(bytesFromText('a.b')).toBeNull()
})
