export interface Rng {
  /** Uniform in 0…1. */
  u(): number
  /** Standard normal. */
  n(): number
  exp(mean: number): number
  lognormal(median: number, sigma: number): number
  pareto(minimum: number, alpha: number): number
}
export function rngFrom(seed: string): Rng
export const PUBLIC: readonly string[]
export function gen(name: string, seed: string, n: number, periodMs?: number): Float64Array
