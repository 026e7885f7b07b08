// Names that dashboards and alerts of other systems expect, as recording rules over what Phix and the nodes tell. So a
// dashboard goes on to work, and no process tells one number under two names. METRICS.md shows this list.

export interface SeedName {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly means: string
}

const renamed = (metric: string, names: Readonly<Record<string, string>>, keep: readonly string[] = []): string => {
  const inner = Object.entries(names).reduce(
    (expr, [to, from]) => `label_replace(${expr}, "${to}", "$1", "${from}", "(.*)")`,
    metric,
  )
  return `sum by (${[...Object.keys(names), ...keep].join(', ')}) (${inner})`
}
/** Runs that tried something: neither found to be well at once nor refused before anything was done. */
const TRIED = 'outcome!~"recovered|refused"'
const runs = (which: string): string => `sum by (cluster) (increase(phix_runs_total{${which}}[1h]))`
const histogram = (record: string, metric: string, names: Readonly<Record<string, string>>): readonly SeedName[] =>
  [
    { part: 'bucket', keep: ['le'] },
    { part: 'sum', keep: [] },
    { part: 'count', keep: [] },
  ].map(({ part, keep }) => ({
    record: `${record}_${part}`,
    expr: renamed(`${metric}_${part}`, names, keep),
    means: `${part === 'bucket' ? 'distribution' : part} of the time from the first trigger to the end of the verification`,
  }))

export const SEED_NAMES: readonly SeedName[] = [
  seed('ollama_node_status', 'phix_node_verdict{verdict="healthy"}', '1 while a node is healthy, else 0'),
  seed('ollama_cluster_size', 'sum by (cluster) (phix_cluster_members{verdict="healthy"})', 'healthy nodes that serve'),
  seed('ollama_leader_status', 'lab_is_leader', '1 on a node that believes to lead'),
  seed('ollama_leader_election_count', 'max by (job) (lab_term)', 'elections so far: the newest term'),
  seed(
    'ollama_fault_tolerance_healing_attempts_total',
    `sum by (cluster) (phix_runs_total{${TRIED}})`,
    'runs that tried to repair something',
  ),
  seed(
    'ollama_fault_tolerance_healing_success_rate',
    `${runs('outcome="effective"')} / (${runs(TRIED)} > 0)`,
    'effective share of the repairs of the last hour, 0–1; no value while there was none',
  ),
  seed(
    'ollama_fault_tolerance_prediction_accuracy',
    'sum by (cluster) (phix_suspicions_total{judged="right"}) / (sum by (cluster) (phix_suspicions_total) > 0)',
    'share of the suspicions that were right: automatic runs that found something to repair',
  ),
  ...histogram('ollama_fault_tolerance_recovery_time_seconds', 'phix_recovery_seconds', { cluster: 'cluster' }),
  seed(
    'ollama_fault_tolerance_node_failures_total',
    'sum by (cluster) (phix_triggers_total{trigger="verdict"})',
    'node failures that were decided upon',
  ),
  seed('ollama_request_duration_seconds_bucket', 'lab_request_duration_seconds_bucket', 'request latencies of a node'),
  seed('ollama_request_total', 'lab_request_errors_total', 'requests of a node that failed', { status: 'error' }),
  seed('ollama_request_total', 'lab_requests_total - lab_request_errors_total', 'requests of a node that succeeded', {
    status: 'success',
  }),
  seed(
    'ollama_error_rate',
    'sum by (instance) (rate(lab_request_errors_total[1m])) / (sum by (instance) (rate(lab_requests_total[1m])) > 0)',
    'failed share of a node’s requests of the last minute, 0–1',
  ),
  seed(
    'ollama_throughput_requests_per_second',
    'sum by (job) (rate(lab_requests_total[1m]))',
    'requests a second of all nodes',
  ),
  seed(
    'infra_recovery_attempts_total',
    renamed('phix_recoveries_total', { component: 'target', strategy: 'runbook', result: 'recovery' }),
    'runs that ended, by what they did',
  ),
  seed(
    'infra_recovery_success_total',
    renamed('phix_recoveries_total{recovery="success"}', { component: 'target', strategy: 'runbook' }),
    'runs that repaired',
  ),
  ...histogram('infra_recovery_duration_seconds', 'phix_recovery_seconds', {
    component: 'cluster',
    strategy: 'runbook',
  }),
  seed(
    'infra_recovery_cooldown_active',
    renamed('phix_cooldown_active', { component: 'target' }),
    '1 while a target cools down',
  ),
  seed('infra_degraded_mode_active', 'max by (mode) (phix_degraded_mode_active)', '1 while a degraded mode is active'),
  seed('orchestrator_servers_healthy', 'sum by (cluster) (phix_cluster_members{verdict="healthy"})', 'healthy servers'),
]

/** Names of those systems that nothing here can tell, each with the reason: a made-up number is worse than none. */
export const UNTOLD_NAMES: readonly { readonly name: string; readonly why: string }[] = [
  { name: 'ollama_consensus_latency_seconds', why: 'the nodes of the lab elect a leader and agree on nothing else' },
  { name: 'orchestrator_queue_size', why: 'the orchestrator tells its own queue; scrape it' },
  { name: 'orchestrator_queue_max_size', why: 'the orchestrator tells its own queue; scrape it' },
]

function seed(record: string, expr: string, means: string, labels?: Readonly<Record<string, string>>): SeedName {
  return { record, expr, means, ...(labels && { labels }) }
}

/** Writes the rules as Prometheus reads them: JSON is YAML, and quotes what must be quoted. */
export function seedRules(): string {
  const rules = SEED_NAMES.map(({ record, expr, labels }) =>
    [
      `      - record: ${record}`,
      `        expr: ${JSON.stringify(expr)}`,
      ...(labels === undefined
        ? []
        : ['        labels:', ...Object.entries(labels).map(([name, value]) => `          ${name}: ${value}`)]),
    ].join('\n'),
  )
  return [
    '# Generated from src/telemetry/seed-names.ts by `npm run telemetry`; do not edit.',
    'groups:',
    '  - name: names-of-other-systems',
    '    rules:',
    ...rules,
    '',
  ].join('\n')
}
