// Rules and configuration as Prometheus and Alertmanager themselves read them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { DASHBOARDS } from '../../src/telemetry/generated-files.ts'
import { describeWithPrograms } from './programs.ts'

const deploy = join(import.meta.dirname, '../../deploy')
const rulesFolder = join(deploy, 'prometheus/rules')
const filesIn = (folder: string): readonly string[] => readdirSync(folder).map((name) => join(folder, name))
const alertsIn = (path: string): readonly string[] =>
  (parse(readFileSync(path, 'utf8')) as { groups: { rules: { alert?: string }[] }[] }).groups.flatMap(({ rules }) =>
    rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert])),
  )

describeWithPrograms('the rules of Prometheus', ['promtool'], () => {
  const promtool = (...words: string[]): string => execFileSync('promtool', words, { encoding: 'utf8' })

  test('every rule file is one', () => expect(promtool('check', 'rules', ...filesIn(rulesFolder))).toContain('SUCCESS'))

  const promtoolMs = 180_000
  test('every alert fires when it should and stays silent just below', { timeout: promtoolMs }, () => {
    const tests = filesIn(join(deploy, 'prometheus/tests'))
    expect(promtool('test', 'rules', ...tests)).toContain('SUCCESS')
    const tested = tests.map((path) => readFileSync(path, 'utf8')).join('\n')
    for (const alert of filesIn(rulesFolder).flatMap(alertsIn)) {
      const silent = new RegExp(`\\{ eval_time: \\w+, alertname: ${alert} \\}`)
      const fires = new RegExp(`alertname: ${alert}\\n\\s+exp_alerts:\\n\\s+- exp_labels`)
      expect([alert, silent.test(tested), fires.test(tested)]).toEqual([alert, true, true])
    }
  })

  test('the configuration is one', () =>
    expect(promtool('check', 'config', join(deploy, 'prometheus/prometheus.yml'))).toContain('SUCCESS'))

  test('every query of a dashboard is PromQL', () => {
    const folder = mkdtempSync(join(tmpdir(), 'phix-queries-'))
    const file = join(folder, 'queries.yml')
    const rules = DASHBOARDS.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries)).map(
      ({ expr }, index) => ({ record: `query:${index}`, expr }),
    )
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }))
    expect(promtool('check', 'rules', file)).toContain(`${rules.length} rules found`)
    rmSync(folder, { recursive: true })
  })
})

describeWithPrograms('the configuration of Alertmanager', ['amtool'], () => {
  const amtool = (...words: string[]): string =>
    execFileSync('amtool', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const file = join(deploy, 'alertmanager/alertmanager.yml')

  test('it is one', () => expect(amtool('check-config', file)).toContain('SUCCESS'))

  test('alerts go to Phix, and those on Phix itself to people', () => {
    const routeOf = (alert: string): string =>
      amtool('config', 'routes', 'test', `--config.file=${file}`, `alertname=${alert}`).trim()
    expect(routeOf('OllamaNodeDown')).toBe('phix')
    for (const alert of alertsIn(join(rulesFolder, 'phix.yml'))) expect(routeOf(alert)).toBe('people')
  })
})
