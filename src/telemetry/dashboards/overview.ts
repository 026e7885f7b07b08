import type { Dashboard } from './panels.ts'

export const overview: Dashboard = {
  uid: 'phix-overview',
  title: 'Phix / Cluster overview',
  about: 'Is everything well, and is somebody watching?',
  panels: [
    {
      kind: 'timeseries',
      title: 'Cluster size',
      about: 'Healthy nodes against those that are meant to serve.',
      unit: 'short',
      queries: [
        { expr: 'ollama_cluster_size', legend: '{{cluster}} healthy' },
        { expr: 'phix_cluster_wanted', legend: '{{cluster}} wanted' },
      ],
    },
    {
      kind: 'state-timeline',
      title: 'Node status',
      about: '1 while a node is healthy.',
      unit: 'bool',
      queries: [{ expr: 'ollama_node_status', legend: '{{node}}' }],
    },
    {
      kind: 'state-timeline',
      title: 'Leader',
      about: 'Which node believes to lead; two at once is a split brain.',
      unit: 'bool',
      queries: [{ expr: 'ollama_leader_status', legend: '{{instance}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Leader elections',
      about: 'How often the leader changed in ten minutes.',
      unit: 'short',
      queries: [
        {
          expr: 'max_over_time(ollama_leader_election_count[10m]) - min_over_time(ollama_leader_election_count[10m])',
          legend: 'elections',
        },
      ],
    },
    {
      kind: 'stat',
      title: 'Overall health',
      about: 'Healthy share of the nodes that are meant to serve.',
      unit: 'percentunit',
      queries: [{ expr: 'ollama_cluster_size / on (cluster) (phix_cluster_wanted > 0)', legend: '{{cluster}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Suspicion φ',
      about: 'What the detector thinks of each node; the thresholds are in the inventory.',
      unit: 'short',
      queries: [{ expr: 'phix_node_phi', legend: '{{node}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Age of what the detector knows',
      about: 'Above two heartbeats nobody is watching.',
      unit: 's',
      queries: [
        { expr: 'phix_detector_age_seconds', legend: '{{cluster}}' },
        { expr: 'phix_watch_lag_seconds', legend: '{{cluster}} own lag' },
      ],
    },
    {
      kind: 'stat',
      title: 'Phix itself',
      about: 'Temporal answers, workers poll, the journal can be read.',
      unit: 'short',
      queries: [
        { expr: 'phix_engine_up', legend: 'Temporal' },
        { expr: 'phix_workers', legend: 'workers' },
        { expr: 'phix_journal_up', legend: 'journal' },
      ],
    },
  ],
}
