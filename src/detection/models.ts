// The suspicion models by name: φ = -log10 P(the next gap is longer than this silence). Each is a pure function of the
// silence and what was learned of the rhythm. Time is an argument; a number that leaves is finite and never negative.
// Read next: gap-window.ts (what is learned), heart-monitor.ts (one node's beats).
import { lnAdd, lnUpperTail } from './normal-tail.ts'

/** φ beyond this says nothing more, and JSON has no infinity. */
export const PHI_MAX = 1e6

const toPhi = (lnTail: number): number => {
  const phi = -lnTail / Math.LN10
  return phi > 0 ? Math.min(phi, PHI_MAX) : 0
}

/** Answers the exact Gaussian φ. */
export const gaussianPhi = (silenceMs: number, meanMs: number, deviationMs: number): number =>
  toPhi(lnUpperTail((silenceMs - meanMs) / deviationMs))

/**
 * Answers φ by the logistic approximation that Akka and Pekko ship, in the log domain.
 * Why both: its 8 is a true 7.06 and its 16 a true 12.3, so a threshold taken over from there means this model.
 */
export function logisticPhi(silenceMs: number, meanMs: number, deviationMs: number): number {
  const y = (silenceMs - meanMs) / deviationMs
  const x = y * (1.5976 + 0.070566 * y * y)
  const phi = (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))) / Math.LN10
  return Math.min(phi, PHI_MAX)
}

/** Answers the exponential φ of Cassandra: linear in the silence. */
export const exponentialPhi = (silenceMs: number, meanMs: number): number =>
  Math.min(Math.max(0, silenceMs / (meanMs * Math.LN10)), PHI_MAX)

/** Answers φ of a normal gap with an exponential tail: X = N(mu, sigma) + Exp(tau). */
export function exGaussianPhi(silenceMs: number, mu: number, sigma: number, tau: number): number {
  if (!(tau > 0)) return gaussianPhi(silenceMs, mu, sigma)
  const z = (silenceMs - mu) / sigma
  const ratio = sigma / tau
  return toPhi(lnAdd(lnUpperTail(z), -z * ratio + 0.5 * ratio * ratio + lnUpperTail(ratio - z)))
}

/** Numbers, not an object: nothing is allocated a beat. `skewness`: the standardised third moment of the gaps. */
type Model = (silenceMs: number, meanMs: number, deviationMs: number, skewness: number) => number

/** A new model is one line here and one word in the inventory's `DetectorModel`. */
export const MODELS = {
  'gaussian-exact': gaussianPhi,
  'akka-logistic': logisticPhi,
  'exponential-log10': exponentialPhi,
  'ex-gaussian': (silenceMs, meanMs, deviationMs, skewness) => {
    // The method of moments: the tail takes the skewness, the normal part the rest; below 0.95 a normal part is left.
    const share = Math.min(0.95, Math.cbrt(Math.max(0, skewness) / 2))
    const tau = deviationMs * share
    const sigma = deviationMs * Math.sqrt(1 - share * share)
    return exGaussianPhi(silenceMs, meanMs - tau, sigma, tau)
  },
} as const satisfies Readonly<Record<string, Model>>

export type ModelName = keyof typeof MODELS

/** Whether a model looks at the skewness: it costs as much as a classical model does. */
export const readsSkewness = (model: ModelName): boolean => model === 'ex-gaussian'

/**
 * Answers a silence up to which φ stays below 1, however large the deviation is above its floor: most beats ask no more.
 * Why: one deviation past the mean a normal gap is still longer with P 0.16, and one with an exponential tail with 0.13.
 */
export const unsuspiciousMs = (model: ModelName, meanMs: number, minDeviationMs: number): number =>
  model === 'exponential-log10' ? 2 * meanMs : meanMs + minDeviationMs

/** Answers the suspicion after a silence. Invariant: finite, in 0 … PHI_MAX, never falls while the silence grows. */
export const phiOf = (
  model: ModelName,
  silenceMs: number,
  meanMs: number,
  deviationMs: number,
  skewness: number,
): number => MODELS[model](silenceMs, meanMs, deviationMs, skewness)
