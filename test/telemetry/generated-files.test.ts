// What is made from the tables is fresh, and dashboards are what Grafana expects.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toGrafana } from '../../src/telemetry/dashboards/panels.ts'
import { DASHBOARDS, generatedFiles } from '../../src/telemetry/generated-files.ts'
import { METRICS } from '../../src/telemetry/metric-table.ts'
import { SEED_NAMES } from '../../src/telemetry/seed-names.ts'

const root = join(import.meta.dirname, '../..')

for (const [path, text] of generatedFiles())
  test(`${path} is fresh (npm run telemetry writes it anew)`, () => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text)
  })

test('there are the four dashboards, under uids that links may rely on', () => {
  expect(DASHBOARDS.map(({ uid }) => uid)).toEqual([
    'phix-overview',
    'phix-fault-tolerance',
    'phix-performance',
    'phix-operations',
  ])
})

test('every panel has a title, an explanation, and queries; none overlaps another', () => {
  for (const dashboard of DASHBOARDS) {
    const { panels } = toGrafana(dashboard) as { panels: { gridPos: object }[] }
    expect(new Set(panels.map(({ gridPos }) => JSON.stringify(gridPos))).size).toBe(panels.length)
    for (const { title, about, queries } of dashboard.panels) {
      expect(title.length * about.length * queries.length, `${dashboard.uid}: ${title}`).toBeGreaterThan(0)
    }
  }
})

test('every query asks for names that somebody tells', () => {
  const told = [...METRICS.map(({ name }) => name), ...SEED_NAMES.map(({ record }) => record)]
  const exprs = [...DASHBOARDS.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries)), ...SEED_NAMES]
  const asked = exprs.flatMap(({ expr }) => expr.match(/\b(?:phix|ollama|infra)_[a-z_]+/g) ?? [])
  expect(asked.length).toBeGreaterThan(40)
  const isTold = (name: string): boolean =>
    told.some((each) => name === each || name.replace(/_(bucket|sum|count)$/, '') === each)
  expect(asked.filter((name) => !isTold(name))).toEqual([])
})
