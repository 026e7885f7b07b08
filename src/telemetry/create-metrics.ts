// The registry of one process: the metrics of the table that are told from there. Each label passes through its closed
// list on the way in, so that no caller can open one by mistake.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { closeLabel, type KnownNames, type LabelName } from './closed-labels.ts'
import { METRICS, type LabelsOf, type MetricName, type MetricSpec } from './metric-table.ts'

export interface Metrics {
  readonly contentType: string
  /** Counts one, or as many as happened at once. */
  add<Name extends MetricName<'counter'>>(name: Name, labels: LabelsOf<Name>, count?: number): void
  /** Makes a series at zero, so that its first event is seen as an increase. */
  begin<Name extends MetricName<'counter'>>(name: Name, labels: LabelsOf<Name>): void
  observe<Name extends MetricName<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void
  /** Takes all series of a gauge away, then sets these: what is gone from the world is gone from here. */
  replace<Name extends MetricName<'gauge'>>(
    name: Name,
    series: readonly { readonly labels: LabelsOf<Name>; readonly value: number }[],
  ): void
  text(): Promise<string>
}

export interface MetricsOptions {
  readonly from: MetricSpec['from']
  readonly names: () => KnownNames
  /** Brings the values up to date when somebody reads. */
  readonly beforeText?: () => Promise<void>
}

/** Creates the registry of a process. */
export function createMetrics({ from, names, beforeText }: MetricsOptions): Metrics {
  const registry = new Registry()
  const own = new Map<string, Counter | Gauge | Histogram>()
  for (const spec of METRICS as readonly MetricSpec[])
    if (spec.from === from) own.set(spec.name, register(spec, registry))

  const metric = <Kind extends Counter | Gauge | Histogram>(name: string): Kind => {
    const found = own.get(name)
    if (found === undefined) throw new Error(`\`${name}\` is not told by the ${from}`)
    return found as Kind
  }
  const close = (labels: object): Record<string, string> =>
    Object.fromEntries(
      Object.entries(labels).map(([label, word]) => [label, closeLabel(label as LabelName, String(word), names())]),
    )
  return {
    contentType: registry.contentType,
    add: (name, labels, count = 1) => metric<Counter>(name).inc(close(labels), count),
    begin: (name, labels) => metric<Counter>(name).inc(close(labels), 0),
    observe(name, labels, value) {
      if (Number.isFinite(value)) metric<Histogram>(name).observe(close(labels), Math.max(0, value))
    },
    replace(name, series) {
      const gauge = metric<Gauge>(name)
      gauge.reset()
      for (const { labels, value } of series) if (Number.isFinite(value)) gauge.set(close(labels), value)
    },
    async text() {
      await beforeText?.()
      return registry.metrics()
    },
  }
}

function register(spec: MetricSpec, registry: Registry): Counter | Gauge | Histogram {
  const { name, help, kind, labels: labelNames, buckets = [] } = spec
  const registers = [registry]
  switch (kind) {
    case 'counter':
      return new Counter({ name, help, labelNames, registers })
    case 'gauge':
      return new Gauge({ name, help, labelNames, registers })
    case 'histogram':
      return new Histogram({ name, help, labelNames, registers, buckets: [...buckets] })
  }
}
