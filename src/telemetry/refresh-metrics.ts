// Brings the server's metrics up to date when somebody reads them: nothing is polled for nobody, and two who read at the
// same time cause one look. Read next: measure-cluster.ts (what is true now), count-records.ts (what has happened).
import { DECISION_KINDS } from '../guard/protocol.ts'
import { accuracyOf, calibrationErrorOf } from '../guard/forecasts.ts'
import type { Cluster } from '../inventory/inventory.ts'
import { OUTCOMES } from '../plan/run.ts'
import type { RunSummary } from '../temporal/engine.ts'
import { REASONS_OF, VERDICTS, wordsOf } from './closed-labels.ts'
import { createCount } from './count-records.ts'
import type { Metrics } from './create-metrics.ts'
import { inTime } from './in-time.ts'
import { measureCluster, type ClusterMeasures } from './measure-cluster.ts'
import type { MetricsSources } from './metrics-sources.ts'
import { createMemory } from './remember-ids.ts'

/** Creates the refresh. Counters count what happened since this process began. */
export function createRefresh(metrics: () => Metrics, sources: MetricsSources): () => Promise<void> {
  const began = sources.now()
  const isNewEnd = createMemory()
  let count: (() => Promise<boolean>) | null = null
  let underWay: Promise<void> | null = null

  const refresh = async (): Promise<void> => {
    const { engine, inventory, runbooks, now } = sources
    count ??= createCount(metrics(), sources)
    const askedAt = now()
    const isJournalUp = await inTime(count(), false)
    const journalSeconds = (now() - askedAt) / 1_000
    const health = await inTime(engine.health(), AWAY)
    const isUp = health.server !== null
    const measured = await Promise.all(inventory().clusters.map((cluster) => measureCluster(sources, cluster, isUp)))

    beginSeries(metrics(), inventory().clusters, runbooks())
    tellProcess(metrics(), { isUp, workers: health.workers, isJournalUp, journalSeconds })
    tellNow(metrics(), measured, now())
    for (const { cluster, closed } of measured) countEnds(metrics(), cluster, closed, began, isNewEnd)
  }
  return () => (underWay ??= refresh().finally(() => (underWay = null)))
}

/** Prometheus sees an increase only of a series that was there before; only what has few series begins at zero. */
function beginSeries(metrics: Metrics, clusters: readonly Cluster[], runbooks: ReadonlySet<string>): void {
  for (const { name: cluster } of clusters) {
    for (const trigger of wordsOf('trigger')) metrics.begin('phix_triggers_total', { cluster, trigger })
    for (const judged of wordsOf('judged')) metrics.begin('phix_suspicions_total', { cluster, judged })
    for (const kind of DECISION_KINDS)
      for (const reason of REASONS_OF[kind]) metrics.begin('phix_decisions_total', { cluster, kind, reason })
    for (const runbook of runbooks)
      for (const outcome of OUTCOMES) metrics.begin('phix_runs_total', { cluster, runbook, outcome })
  }
  for (const sender of wordsOf('sender'))
    for (const answer of wordsOf('answer')) metrics.begin('phix_intake_answers_total', { sender, answer })
}

const AWAY = { server: null, workers: 0 } as const

interface ProcessMeasures {
  readonly isUp: boolean
  readonly workers: number
  readonly isJournalUp: boolean
  readonly journalSeconds: number
}

function tellProcess(metrics: Metrics, { isUp, workers, isJournalUp, journalSeconds }: ProcessMeasures): void {
  const labels = {}
  metrics.replace('phix_engine_up', [{ labels, value: Number(isUp) }])
  metrics.replace('phix_workers', [{ labels, value: workers }])
  metrics.replace('phix_journal_up', [{ labels, value: Number(isJournalUp) }])
  metrics.replace('phix_journal_read_seconds', [{ labels, value: journalSeconds }])
}

/** Sets every gauge anew from what was measured. */
function tellNow(metrics: Metrics, measured: readonly ClusterMeasures[], now: number): void {
  tellNodes(metrics, measured)
  tellRuns(metrics, measured, now)
  tellGuards(metrics, measured, now)
  tellAdapted(metrics, measured)
  tellForecasts(metrics, measured)
  tellAccuracy(metrics, measured)
  const known = <T>(pick: (each: ClusterMeasures) => T | null, toValue: (value: T) => number) =>
    measured.flatMap((each) => {
      const value = pick(each)
      return value === null ? [] : [{ labels: { cluster: each.cluster }, value: toValue(value) }]
    })
  metrics.replace(
    'phix_detector_age_seconds',
    known(
      ({ heardAt }) => heardAt,
      (at) => (now - at) / 1_000,
    ),
  )
  metrics.replace(
    'phix_watch_lag_seconds',
    known(
      ({ lagMs }) => lagMs,
      (ms) => ms / 1_000,
    ),
  )
  metrics.replace(
    'phix_detector_frozen',
    known(({ isFrozen }) => isFrozen, Number),
  )
  metrics.replace(
    'phix_degraded_modes',
    known(
      ({ modes }) => modes,
      (modes) => [...modes.values()].filter(Boolean).length,
    ),
  )
}

function tellNodes(metrics: Metrics, measured: readonly ClusterMeasures[]): void {
  const nodes = measured.flatMap(({ cluster, nodes: each }) => each.map((node) => ({ ...node, cluster })))
  metrics.replace(
    'phix_node_phi',
    nodes.flatMap(({ cluster, name, phi }) => (phi === null ? [] : [{ labels: { cluster, node: name }, value: phi }])),
  )
  metrics.replace(
    'phix_node_verdict',
    nodes.flatMap(({ cluster, name, verdict }) =>
      VERDICTS.map((each) => ({ labels: { cluster, node: name, verdict: each }, value: Number(each === verdict) })),
    ),
  )
  const wanted = (targets: ClusterMeasures['targets'], name: string): boolean => targets[name]?.desired === 'serving'
  metrics.replace(
    'phix_cluster_members',
    measured.flatMap(({ cluster, nodes: each, targets }) =>
      VERDICTS.map((verdict) => ({
        labels: { cluster, verdict },
        value: each.filter((node) => node.verdict === verdict && wanted(targets, node.name)).length,
      })),
    ),
  )
  metrics.replace(
    'phix_cluster_wanted',
    measured.map(({ cluster, nodes: each, targets }) => ({
      labels: { cluster },
      value: each.filter(({ name }) => wanted(targets, name)).length,
    })),
  )
}

function tellForecasts(metrics: Metrics, measured: readonly ClusterMeasures[]): void {
  const scores = measured.flatMap(({ cluster, forecasts }) =>
    forecasts.map(({ tenth, made, cameTrue }) => ({ labels: { cluster, tenth: String(tenth) }, made, cameTrue })),
  )
  metrics.replace(
    'phix_forecasts_scored',
    scores.map(({ labels, made }) => ({ labels, value: made })),
  )
  metrics.replace(
    'phix_forecasts_came_true',
    scores.map(({ labels, cameTrue }) => ({ labels, value: cameTrue })),
  )
}

/** Both are told only of clusters in which a prediction has come due. */
function tellAccuracy(metrics: Metrics, measured: readonly ClusterMeasures[]): void {
  const scored = measured.filter(({ forecasts }) => forecasts.length > 0)
  metrics.replace(
    'phix_forecast_accuracy_ratio',
    scored.map(({ cluster, forecasts }) => ({ labels: { cluster }, value: accuracyOf(forecasts) })),
  )
  metrics.replace(
    'phix_forecast_calibration_error_ratio',
    scored.map(({ cluster, forecasts }) => ({ labels: { cluster }, value: calibrationErrorOf(forecasts) })),
  )
}

const GATES = ['approval', 'parked', 'uncertain'] as const

function tellRuns(metrics: Metrics, measured: readonly ClusterMeasures[], now: number): void {
  const asked = measured.flatMap(({ cluster, open }) => (open === null ? [] : [{ cluster, open }]))
  metrics.replace(
    'phix_runs_open',
    asked.map(({ cluster, open }) => ({ labels: { cluster }, value: open.length })),
  )
  const oldest = (times: readonly number[]): number => (times.length === 0 ? 0 : (now - Math.min(...times)) / 1_000)
  metrics.replace(
    'phix_run_oldest_seconds',
    asked.map(({ cluster, open }) => ({
      labels: { cluster },
      value: oldest(open.filter(({ waiting }) => !waiting).map(({ startedAt }) => startedAt)),
    })),
  )
  const gates = measured.flatMap(({ cluster, gates: each }) =>
    each === null ? [] : GATES.map((gate) => ({ cluster, gate, all: each.filter(({ kind }) => kind === gate) })),
  )
  metrics.replace(
    'phix_gates_waiting',
    gates.map(({ cluster, gate, all }) => ({ labels: { cluster, gate }, value: all.length })),
  )
  metrics.replace(
    'phix_gate_oldest_seconds',
    gates.map(({ cluster, gate, all }) => ({
      labels: { cluster, gate },
      value: oldest(all.map(({ openedAt }) => openedAt)),
    })),
  )
}

const HOUR_MS = 3_600_000

function tellGuards(metrics: Metrics, measured: readonly ClusterMeasures[], now: number): void {
  metrics.replace(
    'phix_budget_used_ratio',
    measured.flatMap(({ cluster, budgets }) =>
      Object.entries(budgets ?? {}).map(([budget, value]) => ({ labels: { cluster, budget }, value })),
    ),
  )
  const targets = measured.flatMap(({ cluster, targets: each }) =>
    Object.entries(each).map(([target, state]) => ({ labels: { cluster, target }, ...state })),
  )
  metrics.replace(
    'phix_target_attempts',
    targets.map(({ labels, attempts }) => ({ labels, value: attempts.filter((at) => at > now - HOUR_MS).length })),
  )
  metrics.replace(
    'phix_cooldown_active',
    targets.map(({ labels, cooldownUntil }) => ({ labels, value: Number((cooldownUntil ?? 0) > now) })),
  )
  metrics.replace(
    'phix_degraded_mode_active',
    measured.flatMap(({ cluster, modes }) =>
      [...(modes ?? [])].map(([mode, active]) => ({ labels: { cluster, mode }, value: Number(active) })),
    ),
  )
}

function tellAdapted(metrics: Metrics, measured: readonly ClusterMeasures[]): void {
  metrics.replace(
    'phix_setting_adapted',
    measured.flatMap(({ cluster, adapted }) =>
      adapted.map(({ setting }) => ({ labels: { cluster, setting }, value: 1 })),
    ),
  )
}

/** Why visibility and not the journal: it also knows the runs that were started past the detector and refused. */
function countEnds(
  metrics: Metrics,
  cluster: string,
  closed: readonly RunSummary[],
  began: number,
  isNew: (id: string) => boolean,
): void {
  for (const { workflowId, runId, runbook, outcome, closedAt } of closed)
    if (outcome !== null && (closedAt ?? 0) >= began && isNew(`${workflowId}/${runId}`))
      metrics.add('phix_runs_total', { cluster, runbook, outcome })
}
