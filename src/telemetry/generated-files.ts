// Every file that is made from the tables of this room, with its text: `npm run telemetry` writes them, a test compares.
import { faultTolerance } from './dashboards/fault-tolerance.ts'
import { operations } from './dashboards/operations.ts'
import { overview } from './dashboards/overview.ts'
import { toGrafana, type Dashboard } from './dashboards/panels.ts'
import { performance } from './dashboards/performance.ts'
import { metricsPage } from './metrics-page.ts'
import { seedRules } from './seed-names.ts'

export const DASHBOARDS: readonly Dashboard[] = [overview, faultTolerance, performance, operations]

/** Answers path from the root → text. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/METRICS.md', metricsPage()],
    ['deploy/prometheus/rules/names-of-other-systems.yml', seedRules()],
    ...DASHBOARDS.map((dashboard): [string, string] => [
      `deploy/grafana/dashboards/${dashboard.uid}.json`,
      `${JSON.stringify(toGrafana(dashboard), null, 2)}\n`,
    ]),
  ])
