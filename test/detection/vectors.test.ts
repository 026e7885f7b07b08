import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createGapWindow } from '../../src/detection/gap-window.ts'
import { exGaussianPhi, exponentialPhi, gaussianPhi, logisticPhi, phiOf } from '../../src/detection/models.ts'
import { createHeartMonitor } from '../../src/detection/heart-monitor.ts'

interface Vector {
  readonly model: 'gaussian-exact' | 'akka-logistic' | 'exponential-log10' | 'ex-gaussian'
  readonly mean: number
  readonly std: number
  readonly mu: number
  readonly sigma: number
  readonly tau: number
  readonly elapsed: number
  readonly phi: number
  readonly rtol: number
  readonly atol: number
  readonly intervals?: readonly number[]
  readonly bootstrapEstimate?: number
  readonly varianceDdof: number
  readonly window: number
  readonly minStd: number
  readonly pause: number
}
interface Published {
  readonly source: string
  readonly mean?: number
  readonly std?: number
  readonly elapsed?: number
  readonly bootstrapEstimate?: number
  readonly intervals?: readonly number[]
  readonly window?: number
  readonly times?: readonly number[]
  readonly pause?: number
  readonly threshold?: number
  readonly check?: string
  readonly expect?: number | readonly number[]
  readonly atol?: number
  readonly holdsFor?: readonly Vector['model'][]
  readonly expectAt?: readonly (readonly [number, number])[]
  readonly available?: readonly (readonly [number, boolean])[]
  readonly thenHeartbeatAt?: number
  readonly availableAfter?: readonly (readonly [number, boolean])[]
}
const kit = JSON.parse(readFileSync(new URL('./kit/vectors.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
  published: readonly Published[]
  edgeCases: readonly { name: string; times: readonly number[]; at: number }[]
}

function fromHistory(vector: Vector): number {
  const window = createGapWindow(vector.window)
  const estimate = vector.bootstrapEstimate
  if (estimate)
    for (const gap of [estimate - Math.floor(estimate / 4), estimate + Math.floor(estimate / 4)]) window.add(gap)
  for (const gap of vector.intervals ?? []) window.add(gap)
  const bessel = vector.varianceDdof === 1 ? Math.sqrt(window.count / Math.max(1, window.count - 1)) : 1
  const deviation = Math.max(vector.minStd, window.deviationMs() * bessel)
  const pause = vector.model === 'exponential-log10' ? 0 : vector.pause
  return phiOf(vector.model, vector.elapsed, window.meanMs() + pause, deviation, window.skewness())
}
function direct(model: Vector['model'], { elapsed, mean, std, mu, sigma, tau }: Partial<Vector>): number {
  switch (model) {
    case 'gaussian-exact':
      return gaussianPhi(elapsed!, mean!, std!)
    case 'akka-logistic':
      return logisticPhi(elapsed!, mean!, std!)
    case 'exponential-log10':
      return exponentialPhi(elapsed!, mean!)
    case 'ex-gaussian':
      return exGaussianPhi(elapsed!, mu!, sigma!, tau!)
  }
}

const monitorOf = (model: Vector['model'], { pause = 0, threshold = 8 }: Partial<Published> = {}) =>
  createHeartMonitor({
    model,
    windowSize: 200,
    minDeviationMs: 100,
    pauseMs: pause,
    suspectPhi: threshold,
    failedPhi: threshold * 2,
    intervalMs: 1000,
  })
const windowOf = (gaps: readonly number[], size: number) => {
  const window = createGapWindow(size)
  for (const gap of gaps) window.add(gap)
  return window
}
const gapsOf = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - times[index]!)

function checkPublished(each: Published): void {
  const tolerance = each.atol ?? 0
  if (each.check === 'mean,variance(population)') {
    const window = windowOf(each.intervals!, each.window!)
    const [mean, variance] = each.expect as readonly number[]
    expect(Math.abs(window.meanMs() - mean!)).toBeLessThanOrEqual(tolerance)
    return expect(Math.abs(window.deviationMs() ** 2 - variance!)).toBeLessThanOrEqual(tolerance)
  }
  if (each.expectAt) {
    const mean = windowOf(gapsOf(each.times!), 4).meanMs()
    for (const [at, value] of each.expectAt) {
      const silence = at - each.times!.at(-1)!
      const got = each.check === 'phi' ? exponentialPhi(silence, mean) : silence / mean
      expect(Math.abs(got - value)).toBeLessThanOrEqual(tolerance)
    }
    return
  }
  if (each.available) {
    for (const model of ['gaussian-exact', 'akka-logistic'] as const) {
      const monitor = monitorOf(model, each)
      const check = (moments: readonly (readonly [number, boolean])[]) => {
        for (const [at, available] of moments) expect(monitor.verdict(at) === 'healthy').toBe(available)
      }
      for (const time of each.times!) monitor.beat(time)
      check(each.available)
      if (each.thenHeartbeatAt !== undefined) monitor.beat(each.thenHeartbeatAt)
      check(each.availableAfter ?? [])
    }
    return
  }
  for (const model of each.holdsFor!) {
    const history = { ...each, model, window: 200, minStd: 100, pause: 0, varianceDdof: 0 } as unknown as Vector
    const phi = each.bootstrapEstimate ? fromHistory(history) : direct(model, each as Partial<Vector>)
    if (each.check === 'phi>') expect(phi).toBeGreaterThan(each.expect as number)
    else
      expect(Math.abs((each.check === 'phi' ? phi : 1 - 10 ** -phi) - (each.expect as number))).toBeLessThanOrEqual(
        tolerance,
      )
  }
}

describe('the classical models', () => {
  test('agree with all 474 reference vectors', () => {
    expect(kit.vectors).toHaveLength(474)
    const wrong = kit.vectors
      .map((vector) => ({ vector, got: vector.intervals ? fromHistory(vector) : direct(vector.model, vector) }))
      .filter(({ vector, got }) => !(Math.abs(got - vector.phi) <= vector.atol + vector.rtol * vector.phi))
    expect(wrong).toEqual([])
  })

  test.each(kit.published.map((each, index) => ({ ...each, title: `${index + 1}: ${each.source}` })))(
    'agree with published check $title',
    (each) => checkPublished(each),
  )

  test.each(kit.edgeCases)('stay finite and never negative: $name', ({ times, at }) => {
    for (const model of ['gaussian-exact', 'akka-logistic', 'exponential-log10', 'ex-gaussian'] as const) {
      const monitor = monitorOf(model)
      for (const time of times) monitor.beat(time)
      const phi = monitor.phi(at)
      expect(Number.isFinite(phi)).toBe(true)
      expect(phi).toBeGreaterThanOrEqual(0)
    }
  })
})
