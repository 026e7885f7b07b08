// Brings the metrics up to date from the ports when somebody reads them: nothing is polled for nobody.
import { DECISION_KINDS, type Decision, type WatchCheckpoint } from '../guard/protocol.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Journal } from '../journal/journal.ts'
import type { Engine } from '../temporal/engine.ts'
import type { Metrics } from './create-metrics.ts'

export interface MetricsSources {
  readonly inventory: () => Inventory
  readonly engine: Engine
  readonly journal: Journal
  readonly checkpoints: (cluster: string) => Promise<readonly WatchCheckpoint[]>
  readonly now: () => number
}

/** Records are read from a little before the last reading: another process may have written with an older time. */
const OVERLAP_MS = 60_000
const MOST_RUNS = 500

/** Creates the refresh. Counters count what happened since this process began. */
export function createRefresh(metrics: () => Metrics, sources: MetricsSources): () => Promise<void> {
  const began = sources.now()
  let since = began
  return async () => {
    const { engine, journal, inventory, now } = sources
    const from = since - OVERLAP_MS
    const readAt = now()
    const health = await engine.health()
    metrics().engine(health.server !== null, health.workers)
    const records = await journal.read({ kind: 'decision', since: from, limit: 1_000 }).catch(() => null)
    for (const { body } of records ?? []) if (isDecision(body) && body.at >= began) metrics().decided(body)
    if (records !== null) since = readAt
    for (const { name, nodes } of inventory().clusters)
      await refreshCluster(
        metrics(),
        sources,
        name,
        nodes.map((node) => node.name),
        health.server !== null,
        began,
      )
  }
}

function isDecision(body: unknown): body is Decision {
  return (
    typeof body === 'object' && body !== null && 'kind' in body && DECISION_KINDS.some((kind) => kind === body.kind)
  )
}

async function refreshCluster(
  metrics: Metrics,
  { engine, checkpoints, now }: MetricsSources,
  cluster: string,
  nodes: readonly string[],
  isUp: boolean,
  began: number,
): Promise<void> {
  if (!isUp) {
    for (const node of nodes) metrics.seen(cluster, node, 'unknown', null)
    return metrics.detectorAge(cluster, null)
  }
  const [seen, state, open, closed] = await Promise.all([
    checkpoints(cluster).catch(() => []),
    engine.detector.state(cluster).catch(() => null),
    engine.listRuns({ cluster, open: true, limit: MOST_RUNS }).catch(() => null),
    engine.listRuns({ cluster, open: false, limit: 50 }).catch(() => null),
  ])
  const watched = new Map(seen.flatMap((shard) => shard.nodes).map((node) => [node.name, node]))
  for (const node of nodes) {
    const known = watched.get(node)
    metrics.seen(
      cluster,
      node,
      known?.verdict ?? state?.targets[node]?.verdict ?? 'unknown',
      known === undefined || known.beats === 0 ? null : known.phi,
    )
  }
  metrics.forecasts(cluster, state?.forecasts ?? [])
  const heardAt = Math.max(state?.at ?? 0, ...seen.map(({ at }) => at))
  metrics.detectorAge(cluster, heardAt === 0 ? null : (now() - heardAt) / 1_000)
  if (open !== null) metrics.openRuns(cluster, open.length, open.filter(({ waiting }) => waiting).length)
  for (const run of closed ?? [])
    if (run.outcome !== null && (run.closedAt ?? 0) >= began) metrics.ended(run.workflowId, cluster, run.outcome)
}
