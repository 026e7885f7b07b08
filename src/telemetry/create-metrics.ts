// What Prometheus reads. Labels come from closed lists and the inventory only: ten thousand alerts add no series
// (reliability.md, T29). A word that is on no list is counted as `other`.
import { Counter, Gauge, Registry } from 'prom-client'
import { DECISION_KINDS, type Decision, type ForecastScore, type Verdict } from '../guard/protocol.ts'
import type { DeliveryCounts } from '../intake/create-hooks.ts'
import { OUTCOMES, type Outcome } from '../plan/run.ts'

export const VERDICTS: readonly Verdict[] = ['healthy', 'suspect', 'failed', 'unknown']

/** Reasons that a decision can have; the guards' words. */
export const REASONS: readonly string[] = [
  'free',
  'granted',
  'locked',
  'queued',
  'queue-full',
  'same-episode',
  'attempts-spent',
  'cooling-down',
  'not-wanted',
  'no-runbook',
  'bad-inputs',
  'unknown-target',
  'gone',
  'budget',
  'evidence-unknown',
  'storm',
  'too-many-runs',
  'observer-in-doubt',
  'settling',
  'wider-cause',
  'needs-human',
  'observe',
  'suggest',
  'approve',
  'contradicted',
  'not-started',
]

export interface Metrics {
  readonly contentType: string
  /** Counts a decision once, however often it is told. */
  decided(decision: Pick<Decision, 'id' | 'kind' | 'reason' | 'cluster'>): void
  /** Counts a run's end once. */
  ended(workflowId: string, cluster: string, outcome: Outcome): void
  /** Sets what is known of a node; null: nothing is. */
  seen(cluster: string, node: string, verdict: Verdict, phi: number | null): void
  openRuns(cluster: string, count: number, waiting: number): void
  /** Sets how old the detector's knowledge is; null: it cannot be asked, and the series goes away. */
  detectorAge(cluster: string, seconds: number | null): void
  /** Sets how trends came out, by how sure they were. */
  forecasts(cluster: string, scores: readonly ForecastScore[]): void
  engine(isUp: boolean, workers: number): void
  /** Counts a delivery of a sender by what became of it, and its alerts. */
  readonly deliveries: DeliveryCounts
  /** Sets how many batches of alerts wait for Temporal. */
  spooled(depth: number): void
  text(): Promise<string>
}

/** Ids that are remembered so that nothing is counted twice. */
const REMEMBERED = 10_000

/**
 * Creates the registry. `nodes` is the inventory's list, by cluster: a name that is not in it makes no series.
 * `beforeText` brings the values up to date when somebody reads.
 */
export function createMetrics({
  nodes,
  beforeText,
}: {
  readonly nodes: () => ReadonlyMap<string, ReadonlySet<string>>
  readonly beforeText?: () => Promise<void>
}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const decisions = new Counter({
    name: 'phix_decisions_total',
    help: 'Decisions of the detector.',
    labelNames: ['cluster', 'kind', 'reason'],
    registers,
  })
  const ends = new Counter({
    name: 'phix_runs_total',
    help: 'Runs that ended.',
    labelNames: ['cluster', 'outcome'],
    registers,
  })
  const open = new Gauge({
    name: 'phix_runs_open',
    help: 'Runs that have not ended.',
    labelNames: ['cluster'],
    registers,
  })
  const waiting = new Gauge({
    name: 'phix_gates_waiting',
    help: 'Runs that wait for a person.',
    labelNames: ['cluster'],
    registers,
  })
  const phi = new Gauge({
    name: 'phix_node_phi',
    help: 'Suspicion of a node.',
    labelNames: ['cluster', 'node'],
    registers,
  })
  const verdicts = new Gauge({
    name: 'phix_node_verdict',
    help: '1 for the verdict that holds.',
    labelNames: ['cluster', 'node', 'verdict'],
    registers,
  })
  const age = new Gauge({
    name: 'phix_detector_age_seconds',
    help: 'Age of what the detector knows.',
    labelNames: ['cluster'],
    registers,
  })
  const forecastsMade = new Gauge({
    name: 'phix_forecasts_scored',
    help: 'Predictions of trends that were scored, by their confidence in tenths.',
    labelNames: ['cluster', 'tenth'],
    registers,
  })
  const forecastsTrue = new Gauge({
    name: 'phix_forecasts_came_true',
    help: 'Those of them that came true: their share should be that confidence.',
    labelNames: ['cluster', 'tenth'],
    registers,
  })
  const up = new Gauge({ name: 'phix_engine_up', help: '1 while the Temporal server answers.', registers })
  const workers = new Gauge({ name: 'phix_workers', help: 'Workers that poll.', registers })
  const deliveries = new Counter({
    name: 'phix_deliveries_total',
    help: 'Deliveries of senders of alerts.',
    labelNames: ['sender', 'outcome'],
    registers,
  })
  const delivered = new Counter({
    name: 'phix_delivered_alerts_total',
    help: 'Alerts of deliveries: accepted, quarantined because they could not be read, lost because they were left out.',
    labelNames: ['sender', 'result'],
    registers,
  })
  const spool = new Gauge({
    name: 'phix_spool_depth',
    help: 'Batches of alerts that wait for the Temporal server.',
    registers,
  })
  const isNewDecision = createMemory()
  const isNewEnd = createMemory()
  const clusterOf = (name: string): string => (nodes().has(name) ? name : 'other')
  return {
    contentType: registry.contentType,
    decided: ({ id, kind, reason, cluster }) => {
      if (!isNewDecision(id)) return
      const known = DECISION_KINDS.includes(kind) ? kind : 'other'
      decisions.inc({ cluster: clusterOf(cluster), kind: known, reason: REASONS.includes(reason) ? reason : 'other' })
    },
    ended: (workflowId, cluster, outcome) => {
      if (OUTCOMES.includes(outcome) && isNewEnd(workflowId)) ends.inc({ cluster: clusterOf(cluster), outcome })
    },
    seen: (cluster, node, verdict, suspicion) => {
      if (!nodes().get(cluster)?.has(node)) return
      for (const each of VERDICTS) verdicts.set({ cluster, node, verdict: each }, each === verdict ? 1 : 0)
      if (suspicion === null || !Number.isFinite(suspicion)) phi.remove({ cluster, node })
      else phi.set({ cluster, node }, suspicion)
    },
    openRuns: (cluster, count, waitingCount) => {
      open.set({ cluster: clusterOf(cluster) }, count)
      waiting.set({ cluster: clusterOf(cluster) }, waitingCount)
    },
    detectorAge: (cluster, seconds) => {
      if (seconds === null) age.remove({ cluster: clusterOf(cluster) })
      else age.set({ cluster: clusterOf(cluster) }, seconds)
    },
    forecasts: (cluster, scores) => {
      for (const { tenth, made, cameTrue } of scores) {
        forecastsMade.set({ cluster: clusterOf(cluster), tenth }, made)
        forecastsTrue.set({ cluster: clusterOf(cluster), tenth }, cameTrue)
      }
    },
    engine: (isUp, count) => {
      up.set(isUp ? 1 : 0)
      workers.set(count)
    },
    deliveries: {
      delivered: (sender, outcome) => deliveries.inc({ sender, outcome }),
      alerts: (sender, result, count) => delivered.inc({ sender, result }, count),
    },
    spooled: (depth) => spool.set(depth),
    text: async () => {
      await beforeText?.()
      return registry.metrics()
    },
  }
}

/** Creates a question: is this id new? It forgets the oldest ones. */
function createMemory(): (id: string) => boolean {
  const known = new Set<string>()
  return (id) => {
    if (known.has(id)) return false
    known.add(id)
    if (known.size > REMEMBERED) known.delete(known.values().next().value ?? '')
    return true
  }
}
