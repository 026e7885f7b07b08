// METRICS.md: every metric, what closes its labels, and the names of other systems. Made from the tables.
import { closedBy, type LabelName } from './closed-labels.ts'
import { METRICS, type MetricSpec } from './metric-table.ts'
import { SEED_NAMES, UNTOLD_NAMES } from './seed-names.ts'

/** Writes the page. */
export function metricsPage(): string {
  const metrics: readonly MetricSpec[] = METRICS
  const labels = [...new Set(metrics.flatMap((metric) => metric.labels))].sort()
  return [
    '# Metrics',
    '',
    'Generated from `src/telemetry/metric-table.ts` and `seed-names.ts` by `npm run telemetry`; a test compares.',
    'Counters begin at zero with their process and count what happened since. What cannot be asked has no series.',
    '',
    '## Told by the server (`GET /metrics` of `server.metricsHost:server.metricsPort`; also of its API, with the bearer token)',
    '',
    ...table(metrics.filter(({ from }) => from === 'server')),
    '',
    '## Told by each worker (`GET /metrics` of `worker.host:worker.port`, loopback by default)',
    '',
    ...table(metrics.filter(({ from }) => from === 'worker')),
    '',
    '## Labels',
    '',
    'Every label is closed; a word that is on no list is `other`. No alert can make a series.',
    '',
    '| label | words |',
    '|---|---|',
    ...labels.map((label: LabelName) => `| \`${label}\` | ${closedBy(label)} |`),
    '',
    '## Names of other systems',
    '',
    'Dashboards made for OllamaMax, InfraFabric and the Ollama Orchestrator find their names here: recording rules in',
    '`deploy/prometheus/rules/names-of-other-systems.yml`. What begins with `lab_` is told by the nodes themselves.',
    '',
    '| name | what it is | from |',
    '|---|---|---|',
    ...SEED_NAMES.map(({ record, labels: fixed, means, expr }) => {
      const name = Object.entries(fixed ?? {}).map(([label, value]) => `${label}="${value}"`)
      return `| \`${record}${name.length === 0 ? '' : `{${name.join()}}`}\` | ${means} | \`${inCell(expr)}\` |`
    }),
    '',
    'Not told:',
    '',
    ...UNTOLD_NAMES.map(({ name, why }) => `- \`${name}\`: ${why}.`),
    '',
  ].join('\n')
}

const table = (metrics: readonly MetricSpec[]): readonly string[] => [
  '| metric | kind | labels | what it is |',
  '|---|---|---|---|',
  ...metrics.map(
    ({ name, kind, labels, help }) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ') || '–'} | ${help} |`,
  ),
]

const inCell = (text: string): string => text.replaceAll('|', '\\|')
