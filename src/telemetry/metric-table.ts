// Every metric of Phix, as data: the registry, METRICS.md and its test are made from this list.
// `server`: read from journal, visibility and detectors when somebody scrapes. `worker`: counted where it happens, told
// by each worker itself (decision 0610).
import type { LabelName } from './closed-labels.ts'

export interface MetricSpec {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly LabelName[]
  readonly from: 'server' | 'worker'
  /** Upper bounds, for histograms. */
  readonly buckets?: readonly number[]
}

const RECOVERY_SECONDS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 300, 600, 1_800]
const ATTEMPT_SECONDS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300]

export const METRICS = [
  counter('phix_triggers_total', 'Triggers that were decided upon.', ['cluster', 'trigger']),
  counter('phix_decisions_total', 'Decisions of the detector.', ['cluster', 'kind', 'reason']),
  counter('phix_runs_total', 'Runs that ended.', ['cluster', 'runbook', 'outcome']),
  counter('phix_recoveries_total', 'Runs that ended, by what they did for their target.', [
    ...(['cluster', 'target', 'runbook', 'recovery'] as const),
  ]),
  counter('phix_suspicions_total', 'Automatic runs, by whether they found something to repair.', ['cluster', 'judged']),
  histogram('phix_recovery_seconds', 'First trigger to the end of the verification, of effective runs.', [
    ...(['cluster', 'runbook'] as const),
  ]),
  histogram('phix_run_seconds', 'Start to end of a run.', ['cluster', 'runbook']),
  counter('phix_steps_total', 'Changing steps of runs that ended.', ['cluster', 'action', 'status']),
  gauge('phix_runs_open', 'Runs that have not ended.', ['cluster']),
  gauge('phix_run_oldest_seconds', 'Age of the oldest open run that waits for nobody.', ['cluster']),
  gauge('phix_gates_waiting', 'Gates that wait for a person.', ['cluster', 'gate']),
  gauge('phix_gate_oldest_seconds', 'Age of the oldest gate that waits for a person.', ['cluster', 'gate']),
  gauge('phix_node_phi', 'Suspicion of a node.', ['cluster', 'node']),
  gauge('phix_node_verdict', '1 for the verdict that holds.', ['cluster', 'node', 'verdict']),
  gauge('phix_cluster_members', 'Nodes that are meant to serve, by verdict.', ['cluster', 'verdict']),
  gauge('phix_cluster_wanted', 'Nodes that are meant to serve.', ['cluster']),
  gauge('phix_forecasts_scored', 'Predictions of trends that came due, by their confidence in tenths.', [
    ...(['cluster', 'tenth'] as const),
  ]),
  gauge('phix_forecasts_came_true', 'Those of them that came true: their share should be that confidence.', [
    ...(['cluster', 'tenth'] as const),
  ]),
  gauge('phix_budget_used_ratio', 'Used share of a limit on what may be disturbed; 1 is all of it.', [
    ...(['cluster', 'budget'] as const),
  ]),
  gauge('phix_target_attempts', 'Attempts to heal a target in the last hour.', ['cluster', 'target']),
  gauge('phix_cooldown_active', '1 while a target cools down.', ['cluster', 'target']),
  gauge('phix_degraded_modes', 'Degraded modes that are active.', ['cluster']),
  gauge('phix_degraded_mode_active', '1 while a degraded mode is active.', ['cluster', 'mode']),
  gauge('phix_detector_age_seconds', 'Age of what the detector knows.', ['cluster']),
  gauge('phix_detector_frozen', '1 while the observer doubts itself and nothing starts by itself.', ['cluster']),
  gauge('phix_watch_lag_seconds', 'How late the slowest watch was in its own loop.', ['cluster']),
  gauge('phix_journal_up', '1 while the journal answers.', []),
  gauge('phix_journal_read_seconds', 'How long the journal took to answer this scrape.', []),
  gauge('phix_engine_up', '1 while the Temporal server answers.', []),
  gauge('phix_workers', 'Workers that poll.', []),
  counter('phix_intake_answers_total', 'Answers to senders of alerts.', ['sender', 'answer']),
  counter('phix_deliveries_total', 'Deliveries of senders of alerts, by what became of them.', ['sender', 'delivery']),
  counter(
    'phix_delivered_alerts_total',
    'Alerts of deliveries: accepted, quarantined as unreadable, or left out and lost.',
    [...(['sender', 'delivered'] as const)],
  ),
  gauge('phix_spool_depth', 'Batches of alerts that wait for the Temporal server.', []),
  {
    ...histogram('phix_attempt_seconds', 'How long attempts at an action took.', ['action']),
    ...{ from: 'worker', buckets: ATTEMPT_SECONDS },
  },
  {
    ...counter('phix_attempts_total', 'Attempts at an action, by how they ended.', ['action', 'result']),
    from: 'worker',
  },
  { ...gauge('phix_breakers', 'Circuit breakers of this worker.', ['driver', 'state']), from: 'worker' },
  {
    ...counter('phix_notifications_total', 'Messages to people, by channel, and whether they could be delivered.', [
      ...(['channel', 'told'] as const),
    ]),
    from: 'worker',
  },
  {
    ...gauge(
      'phix_dead_man_age_seconds',
      'Since the last dead-man beat of this worker; no value before the first.',
      [],
    ),
    from: 'worker',
  },
  { ...counter('phix_journal_failures_total', 'Appends to the journal that failed.', []), from: 'worker' },
] as const satisfies readonly MetricSpec[]

export type Metric = (typeof METRICS)[number]
export type MetricName<Kind extends MetricSpec['kind']> = Extract<Metric, { kind: Kind }>['name']
export type LabelsOf<Name extends string> = Readonly<Record<Extract<Metric, { name: Name }>['labels'][number], string>>

function counter<const Name extends string, const Label extends LabelName>(
  name: Name,
  help: string,
  labels: readonly Label[],
) {
  return { name, kind: 'counter', help, labels, from: 'server' } as const
}

function gauge<const Name extends string, const Label extends LabelName>(
  name: Name,
  help: string,
  labels: readonly Label[],
) {
  return { name, kind: 'gauge', help, labels, from: 'server' } as const
}

function histogram<const Name extends string, const Label extends LabelName>(
  name: Name,
  help: string,
  labels: readonly Label[],
) {
  return { name, kind: 'histogram', help, labels, from: 'server', buckets: RECOVERY_SECONDS } as const
}
