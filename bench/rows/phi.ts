// φ per heartbeat and per query against the least that could do it: a ring buffer with running sums and the textbook formula.
import { createHeartMonitor } from '../../src/detection/heart-monitor.ts'
import { createMonitor } from '../../src/detection/monitor.ts'
import type { ModelName } from '../../src/detection/models.ts'
import { DEFAULT_DETECTOR } from '../../src/inventory/defaults.ts'
import { absoluteRow, alternate, undisturbed, type Row } from '../row.ts'

const CLASSICAL: readonly ModelName[] = ['gaussian-exact', 'akka-logistic', 'exponential-log10']
/** Two tails a query: no ring buffer's business, so held to the default's limit. */
const WITH_TAIL: ModelName = 'ex-gaussian'
/** Short enough to fit between two turns of other processes. */
const CALLS = 20_000
const PAIRS = 101
const WARM_UP = 20
const INTERVAL_MS = 1_000
const BEAT_LIMIT = 5
const QUERY_LIMIT = 3
const DEFAULT_LIMIT_NANOS = 2_000

interface Monitor {
  beat(atMs: number): void
  phi(atMs: number): number
}

export async function phi(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const model of CLASSICAL) {
    const beat = await against(
      () => nanosABeat(monitorOf(model)),
      () => nanosABeat(textbook()),
    )
    rows.push({ what: `φ by ${model}, a heartbeat`, ...beat, limit: BEAT_LIMIT })
    const query = await against(
      () => nanosAQuery(monitorOf(model)),
      () => nanosAQuery(textbook()),
    )
    rows.push({ what: `φ by ${model}, a query`, ...query, limit: QUERY_LIMIT })
  }
  const typical = (create: () => Monitor, measure: (monitor: Monitor) => number): number =>
    undisturbed(Array.from({ length: PAIRS }, () => measure(create())).slice(WARM_UP))
  const limited = (name: string, create: () => Monitor): readonly Row[] => [
    absoluteRow(`φ by ${name}, a heartbeat`, typical(create, nanosABeat), DEFAULT_LIMIT_NANOS, inNanos),
    absoluteRow(`φ by ${name}, a query`, typical(create, nanosAQuery), DEFAULT_LIMIT_NANOS, inNanos),
  ]
  const createDefault = (): Monitor => createMonitor({ ...DEFAULT_DETECTOR, intervalMs: INTERVAL_MS }, '')
  rows.push(...limited(`${DEFAULT_DETECTOR.model} (the default)`, createDefault))
  rows.push(...limited(WITH_TAIL, () => monitorOf(WITH_TAIL)))
  return rows
}

async function against(ours: () => number, reference: () => number): Promise<Omit<Row, 'what' | 'limit'>> {
  const measured = await alternate(PAIRS, ours, reference)
  const [us, them] = [measured.ours.slice(WARM_UP), measured.reference.slice(WARM_UP)]
  const [best, bestOfThem] = [undisturbed(us), undisturbed(them)]
  return { reference: inNanos(bestOfThem), measured: inNanos(best), ratio: best / bestOfThem }
}

const monitorOf = (model: ModelName): Monitor =>
  createHeartMonitor({ ...DEFAULT_DETECTOR, model, intervalMs: INTERVAL_MS })

/** What a first version would be: the same window, sums kept by adding and subtracting, Akka's formula as it is printed. */
function textbook(): Monitor {
  const { windowSize, minDeviationMs } = DEFAULT_DETECTOR
  const ring = new Float64Array(windowSize)
  let count = 0
  let next = 0
  let sum = 0
  let squares = 0
  let last = Number.NaN
  return {
    beat(atMs) {
      const gap = atMs - last
      last = atMs
      if (Number.isNaN(gap)) return
      const old = ring[next] as number
      if (count === windowSize) {
        sum -= old
        squares -= old * old
      } else count++
      ring[next] = gap
      sum += gap
      squares += gap * gap
      next = (next + 1) % windowSize
    },
    phi(atMs) {
      const mean = sum / count
      const deviation = Math.max(minDeviationMs, Math.sqrt(squares / count - mean * mean))
      const y = (atMs - last - mean) / deviation
      const e = Math.exp(-y * (1.5976 + 0.070566 * y * y))
      return y > 0 ? -Math.log10(e / (1 + e)) : -Math.log10(1 - 1 / (1 + e))
    },
  }
}

/** Beats with a jitter of ±10 %, the same each time. */
const beatAt = (n: number): number => n * INTERVAL_MS + ((n * 7919) % 200) - 100

function nanosABeat(monitor: Monitor): number {
  const began = performance.now()
  for (let n = 0; n < CALLS; n++) monitor.beat(beatAt(n))
  return nanosSince(began)
}

function nanosAQuery(monitor: Monitor): number {
  for (let n = 0; n < 1_000; n++) monitor.beat(beatAt(n))
  let total = 0
  const began = performance.now()
  for (let n = 0; n < CALLS; n++) total += monitor.phi(beatAt(999) + (n % 5_000))
  const nanos = nanosSince(began)
  if (!(total > 0)) throw new Error('φ said nothing')
  return nanos
}

const nanosSince = (began: number): number => ((performance.now() - began) * 1e6) / CALLS
const inNanos = (value: number): string => `${value.toFixed(0)} ns`
