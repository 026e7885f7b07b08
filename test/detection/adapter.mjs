// The built detection room, unchanged, as the kit's scripts want it: `create` for accept.mjs and sim.mjs (the default
// detector), `phi` for check-vectors.mjs (the classical models). Needs `npm run build`.
import * as calibrated from '../../dist/src/detection/calibrated.js'
import { createGapWindow } from '../../dist/src/detection/gap-window.js'
import { exGaussianPhi, phiOf } from '../../dist/src/detection/models.js'
import * as observer from '../../dist/src/detection/observer.js'
import { adapt } from './adapt.mjs'

export const create = adapt(calibrated, observer)

export function phi(vector) {
  const { model, elapsed, mean, std } = vector
  if (model === 'ex-gaussian') return exGaussianPhi(elapsed, vector.mu, vector.sigma, vector.tau)
  if (!vector.intervals) return phiOf(model, elapsed, mean, std, 0)
  const window = createGapWindow(vector.window)
  const estimate = vector.bootstrapEstimate
  const quarter = estimate ? Math.floor(estimate / 4) : 0
  if (estimate) for (const gap of [estimate - quarter, estimate + quarter]) window.add(gap)
  for (const gap of vector.intervals) window.add(gap)
  const bessel = vector.varianceDdof === 1 ? Math.sqrt(window.count / Math.max(1, window.count - 1)) : 1
  const pauseMs = model === 'exponential-log10' ? 0 : vector.pause
  const deviationMs = Math.max(vector.minStd, window.deviationMs() * bessel)
  return phiOf(model, elapsed, window.meanMs() + pauseMs, deviationMs, window.skewness())
}
