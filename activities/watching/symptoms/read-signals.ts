// Signals: numbers that the inventory names, from Prometheus and from log files. One that cannot be had now is missing,
// so that a condition over it is unknown.
import type { Cluster, Signal } from '../../../src/inventory/inventory.ts'
import type { JsonObject } from '../../../src/plan/json.ts'
import { queryPrometheus } from './query-prometheus.ts'
import { createLogCounter } from './count-log-lines.ts'

export interface SignalsRead {
  readonly cluster: JsonObject
  readonly nodes: Readonly<Record<string, JsonObject>>
}

const NODE = '{node}'

/** Makes a reader; it remembers how far each log file was read. */
export function createSignalReader(
  clock: () => number,
): (cluster: Cluster, signal: AbortSignal) => Promise<SignalsRead> {
  const countLines = createLogCounter(clock)
  const read = (each: Signal, node: string | null, signal: AbortSignal): Promise<number | null> => {
    const fill = (text: string): string => (node === null ? text : text.replaceAll(NODE, node))
    return each.kind === 'promql'
      ? queryPrometheus(each.prometheus, fill(each.query), signal)
      : countLines(fill(each.file), each.pattern, each.windowMs)
  }
  return async (cluster, signal) => {
    const all = cluster.signals ?? []
    if (all.length === 0) return { cluster: {}, nodes: {} }
    const ofNodes = all.filter(isOfNodes)
    const whole = await gather(
      all.filter((each) => !isOfNodes(each)),
      null,
      read,
      signal,
    )
    const nodes = await Promise.all(
      cluster.nodes.map(
        async ({ name }) => [name, { ...whole, ...(await gather(ofNodes, name, read, signal)) }] as const,
      ),
    )
    return { cluster: whole, nodes: Object.fromEntries(nodes) }
  }
}

const isOfNodes = (each: Signal): boolean => (each.kind === 'promql' ? each.query : each.file).includes(NODE)

async function gather(
  signals: readonly Signal[],
  node: string | null,
  read: (each: Signal, node: string | null, signal: AbortSignal) => Promise<number | null>,
  signal: AbortSignal,
): Promise<JsonObject> {
  const values = await Promise.all(signals.map(async (each) => [each.name, await read(each, node, signal)] as const))
  return Object.fromEntries(values.filter(([, value]) => value !== null))
}
