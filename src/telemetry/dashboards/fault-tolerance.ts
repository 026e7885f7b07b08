import type { Dashboard } from './panels.ts'

export const faultTolerance: Dashboard = {
  uid: 'phix-fault-tolerance',
  title: 'Phix / Fault tolerance',
  about: 'Does healing work, how fast, and was it needed?',
  panels: [
    {
      kind: 'timeseries',
      title: 'Healing success rate',
      about: 'Effective share of the repairs of the last hour.',
      unit: 'percentunit',
      queries: [{ expr: 'ollama_fault_tolerance_healing_success_rate', legend: '{{cluster}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Suspicions that were right',
      about: 'Share of the automatic runs that found something to repair.',
      unit: 'percentunit',
      queries: [{ expr: 'ollama_fault_tolerance_prediction_accuracy', legend: '{{cluster}}' }],
    },
    {
      kind: 'heatmap',
      title: 'Recovery time',
      about: 'First trigger to the end of the verification.',
      unit: 's',
      queries: [{ expr: 'sum by (le) (ollama_fault_tolerance_recovery_time_seconds_bucket)', legend: '{{le}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Recovery time, 95 % within',
      about: 'Of all recoveries since the server began.',
      unit: 's',
      queries: [
        {
          expr: 'histogram_quantile(0.95, sum by (le, runbook) (phix_recovery_seconds_bucket))',
          legend: '{{runbook}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Open runs',
      about: 'What is being healed now.',
      unit: 'short',
      queries: [
        { expr: 'phix_runs_open', legend: '{{cluster}} open' },
        { expr: 'sum by (cluster) (phix_gates_waiting)', legend: '{{cluster}} waiting for a person' },
      ],
    },
    {
      kind: 'table',
      title: 'Repairs by component, strategy and result',
      about: 'Since the server began.',
      unit: 'short',
      queries: [{ expr: 'infra_recovery_attempts_total', legend: '' }],
    },
    {
      kind: 'timeseries',
      title: 'Outcomes of runs',
      about: 'In the last hour.',
      unit: 'short',
      queries: [{ expr: 'sum by (outcome) (increase(phix_runs_total[1h])) > 0', legend: '{{outcome}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Node failures',
      about: 'Failures that were decided upon in the last hour.',
      unit: 'short',
      queries: [{ expr: 'increase(ollama_fault_tolerance_node_failures_total[1h])', legend: '{{cluster}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Used share of the limits',
      about: '1 is all of it: nothing more starts by itself.',
      unit: 'percentunit',
      queries: [{ expr: 'phix_budget_used_ratio', legend: '{{budget}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Cooldowns and degraded modes',
      about: 'What is held back, and what is switched off.',
      unit: 'short',
      queries: [
        { expr: 'sum by (cluster) (phix_cooldown_active)', legend: '{{cluster}} cooling down' },
        { expr: 'phix_degraded_modes', legend: '{{cluster}} degraded modes' },
      ],
    },
  ],
}
