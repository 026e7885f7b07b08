// The samples behind each trend, thinned out so that hours fit in little memory, and each prediction scored later.
import { forecast, type Sample } from '../../../src/detection/trend.ts'
import type { Scope } from '../../../src/expressions/evaluate.ts'
import type { SymptomObservation } from '../../../src/guard/protocol.ts'
import type { JsonObject } from '../../../src/plan/json.ts'
import type { WatchedSpec } from './watched-triggers.ts'

type TrendSpec = Extract<WatchedSpec, { kind: 'trend' }>

/** Enough for a direction, few enough that all pairs are looked at in a moment. */
const KEPT = 60
/** A window looks back for as long as it looks ahead, within these. */
const LEAST_WINDOW_MS = 60_000
const MOST_WINDOW_MS = 3_600_000

export interface TrendLook {
  readonly held: boolean | null
  readonly evidence: string
  readonly forecast?: NonNullable<SymptomObservation['forecast']>
}

export interface TrendWatch {
  /** Takes one look in; `held` is null while there is too little to tell. */
  look(key: string, spec: TrendSpec, scope: Scope | null, at: number): TrendLook
  /** Forgets all others. */
  keep(present: ReadonlySet<string>): void
}

export function createTrendWatch(): TrendWatch {
  const series = new Map<string, readonly Sample[]>()
  return {
    look(key, spec, scope, at) {
      const value = (scope?.['target'] as JsonObject | undefined)?.[spec.metric]
      if (typeof value !== 'number') return { held: null, evidence: `\`${spec.metric}\` is not known` }
      const samples = withSample(series.get(key) ?? [], { at, value }, windowOf(spec))
      series.set(key, samples)
      const seen = forecast(samples, spec.reaches, spec.withinMs, at)
      if (seen === null) return { held: null, evidence: `${samples.length} samples of \`${spec.metric}\` are too few` }
      const { reachesAt, confidence } = seen
      const held = reachesAt !== null && reachesAt - at <= spec.withinMs && confidence >= spec.confidence
      return {
        held,
        evidence: inWords(spec, value, reachesAt === null ? null : reachesAt - at, confidence),
        forecast: { value, reaches: spec.reaches, dueAt: at + spec.withinMs, confidence },
      }
    },
    keep(present) {
      for (const key of series.keys()) if (!present.has(key)) series.delete(key)
    },
  }
}

const windowOf = ({ withinMs }: TrendSpec): number => Math.min(MOST_WINDOW_MS, Math.max(LEAST_WINDOW_MS, withinMs))

/** Adds a sample where the last one is old enough; the newest always counts. */
function withSample(samples: readonly Sample[], sample: Sample, windowMs: number): readonly Sample[] {
  const stepMs = windowMs / KEPT
  const recent = samples.filter(({ at }) => at > sample.at - windowMs && at < sample.at)
  const beforeLast = recent.at(-2)
  const isClose = beforeLast !== undefined && (recent.at(-1)?.at ?? 0) - beforeLast.at < stepMs
  return [...(isClose ? recent.slice(0, -1) : recent), sample]
}

function inWords(spec: TrendSpec, value: number, inMs: number | null, confidence: number): string {
  const at = `\`${spec.metric}\` is ${value.toFixed(3)}`
  if (inMs === null) return `${at} and does not rise`
  const when = inMs <= 0 ? 'is reached' : `is reached in ${Math.round(inMs / 1_000)} s`
  return `${at}; ${spec.reaches} ${when}, confidence ${confidence.toFixed(2)}`
}
