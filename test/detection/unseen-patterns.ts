// Arrival patterns that are not among the kit's public traces, so that the default detector is not fitted to those.
// Deterministic by name and seed. Times in ms, strictly increasing, lost beats absent.
import { rngFrom, type Rng } from './kit/traces.mjs'

type Pattern = (rng: Rng, n: number, periodMs: number) => Iterable<number>

/** Each beat a while after the one before it: a sender that sleeps between beats. In periods. */
function* sleeping(n: number, periodMs: number, gapOf: (index: number) => number): Generator<number> {
  let at = 0
  for (let index = 0; index < n; index++) yield (at += Math.max(1e-6, gapOf(index)) * periodMs)
}

/** Beats sent by the clock, each with its delay in periods, null where lost; one that would overtake waits in line. */
function* clocked(n: number, periodMs: number, delayOf: (index: number) => number | null): Generator<number> {
  let last = -1
  for (let index = 0, sent = 0; index < n; sent++) {
    const delay = delayOf(sent)
    if (delay === null) continue
    index++
    yield (last = Math.max(last + 1e-3, (sent + Math.max(0, delay)) * periodMs))
  }
}

export const UNSEEN = {
  // --- benign
  'one rack: jitter of a thousandth': (rng, n, ms) => sleeping(n, ms, () => 1 + 0.001 * rng.n()),
  'a sender twice as fast as agreed': (rng, n, ms) => sleeping(n, ms, () => 0.5 + 0.03 * rng.n()),
  'diurnal: the period swings by half in a day': (rng, n, ms) =>
    sleeping(n, ms, (index) => 1.25 - 0.25 * Math.cos((2 * Math.PI * index) / 86_400) + 0.04 * rng.n()),
  // --- shape of the gap
  'bimodal: two routes of unlike length': (rng, n, ms) =>
    clocked(n, ms, () => (rng.u() < 0.3 ? 0.7 : 0.05) + 0.02 * Math.abs(rng.n())),
  'in pairs: a batching hop': (rng, n, ms) => sleeping(n, ms, (index) => (index % 2 ? 0.05 : 1.95) + 0.02 * rng.n()),
  'memoryless: exponential gaps': (rng, n, ms) => sleeping(n, ms, () => rng.exp(1)),
  'Pareto gaps': (rng, n, ms) => sleeping(n, ms, () => 0.6 + rng.pareto(0.3, 3)),
  'stretched exponential delays': (rng, n, ms) => sleeping(n, ms, () => 0.9 + 0.06 * rng.exp(1) ** 2),
  'delays that overtake and are dropped': (rng, n, ms) => {
    let newest = -1
    return clocked(n, ms, (sent) => {
      const delay = rng.lognormal(0.2, 0.9)
      if (sent + delay <= newest) return null
      newest = sent + delay
      return delay
    })
  },
  // --- pauses
  'a compaction every 600 beats': (rng, n, ms) =>
    sleeping(n, ms, (index) => 1 + 0.05 * rng.n() + (index % 600 === 599 ? 2.5 + 0.4 * rng.n() : 0)),
  'a slow hour mark: 60 beats of heavy jitter in 3600': (rng, n, ms) =>
    sleeping(n, ms, (index) => (index % 3600 < 60 ? 0.7 + rng.lognormal(0.3, 0.8) : 1 + 0.03 * rng.n())),
  'a leak: gaps grow until a restart of six periods': (rng, n, ms) =>
    sleeping(n, ms, (index) =>
      index % 3000 === 2999 ? 6 + 0.2 * rng.n() : 1 + 0.0002 * (index % 3000) + 0.03 * rng.n(),
    ),
  // --- loss
  'bad spells: 40 % lost for a hundred beats in ten thousand': (rng, n, ms) => {
    let isBad = false
    return clocked(n, ms, () => {
      isBad = isBad ? rng.u() >= 0.01 : rng.u() < 0.0001
      return rng.u() < (isBad ? 0.4 : 0.001) ? null : 0.2 + 0.04 * rng.n()
    })
  },
  'a fifth of all beats lost': (rng, n, ms) => clocked(n, ms, () => (rng.u() < 0.2 ? null : 0.2 + 0.05 * rng.n())),
  'outages of 20 to 100 periods, one in ten thousand beats': (rng, n, ms) =>
    sleeping(n, ms, () => (rng.u() < 1e-4 ? 20 + 80 * rng.u() : 1 + 0.05 * rng.n())),
  // --- what was true before is not now
  'clean for a third, then 8 % lost': (rng, n, ms) =>
    clocked(n, ms, (sent) => (sent > n / 3 && rng.u() < 0.08 ? null : 0.2 + 0.03 * rng.n())),
  'slow for a third, then quick': (rng, n, ms) =>
    sleeping(n, ms, (index) => (index < n / 3 ? 2.5 : 1) * (1 + 0.05 * rng.n())),
  'regimes at random: period 0.8 to 3, some thousand beats each': (rng, n, ms) => {
    let period = 1
    return sleeping(n, ms, () => {
      if (rng.u() < 1 / 3000) period = 0.8 + 2.2 * rng.u()
      return period * (1 + 0.05 * rng.n())
    })
  },
  'weather: loss and jitter anew every few hundred beats': (rng, n, ms) => {
    let loss = 0
    let jitter = 0.02
    return clocked(n, ms, () => {
      if (rng.u() < 1 / 300) {
        loss = rng.u() < 0.5 ? 0 : 0.15 * rng.u()
        jitter = 0.02 + 0.2 * rng.u() ** 2
      }
      return rng.u() < loss ? null : 0.4 + jitter * rng.n()
    })
  },
} as const satisfies Readonly<Record<string, Pattern>>

export type UnseenName = keyof typeof UNSEEN
export const BENIGN: ReadonlySet<string> = new Set<UnseenName>([
  'one rack: jitter of a thousandth',
  'a sender twice as fast as agreed',
  'diurnal: the period swings by half in a day',
])

/** Answers the arrivals of an unseen pattern. */
export const arrivalsOf = (name: UnseenName, seed: string, n: number, periodMs: number): Float64Array =>
  Float64Array.from(UNSEEN[name](rngFrom(`${name}|${seed}`), n, periodMs))
