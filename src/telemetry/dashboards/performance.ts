import type { Dashboard } from './panels.ts'

const latency = (share: number) => ({
  expr: `histogram_quantile(${share}, sum by (le) (rate(ollama_request_duration_seconds_bucket[5m])))`,
  legend: `${share * 100} %`,
})

export const performance: Dashboard = {
  uid: 'phix-performance',
  title: 'Phix / Performance',
  about: 'What the clients of the cluster feel, and what it costs the nodes.',
  panels: [
    {
      kind: 'timeseries',
      title: 'Request latency',
      about: 'Within which time so many of the requests were answered.',
      unit: 's',
      queries: [latency(0.5), latency(0.95), latency(0.99)],
    },
    {
      kind: 'timeseries',
      title: 'Throughput',
      about: 'Requests a second of all nodes.',
      unit: 'reqps',
      queries: [{ expr: 'ollama_throughput_requests_per_second', legend: '{{job}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Error rate by node',
      about: 'Failed share of the last minute.',
      unit: 'percentunit',
      queries: [{ expr: 'ollama_error_rate', legend: '{{instance}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Resources of the nodes',
      about: 'Used share of CPU, memory and disk.',
      unit: 'percentunit',
      queries: [
        { expr: 'max by (instance) (lab_cpu_ratio)', legend: '{{instance}} CPU' },
        { expr: 'max by (instance) (lab_memory_ratio)', legend: '{{instance}} memory' },
        { expr: 'max by (instance) (lab_disk_ratio)', legend: '{{instance}} disk' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Attempts at actions, 95 % within',
      about: 'How long what a runbook does takes.',
      unit: 's',
      queries: [
        {
          expr: 'histogram_quantile(0.95, sum by (le, action) (rate(phix_attempt_seconds_bucket{action!~"watch|follow"}[5m]))) >= 0',
          legend: '{{action}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Duration of runs, 95 % within',
      about: 'Start to end, since the server began.',
      unit: 's',
      queries: [
        { expr: 'histogram_quantile(0.95, sum by (le, runbook) (phix_run_seconds_bucket))', legend: '{{runbook}}' },
      ],
    },
  ],
}
