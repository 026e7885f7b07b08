// `phix route test`: which runbook an alert is for, and why not the others. Touches nothing, asks nobody.
import { readFile } from 'node:fs/promises'
import type { RouteExplanation } from '../cli-deps.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { compilePaths, listRunbookFiles } from '../find-runbook.ts'
import type { Paint } from '../paint.ts'
import type { Verb } from '../verb.ts'

interface Tested {
  readonly alert: string
  readonly route: RouteExplanation | null
}

export const routeTest: Verb = {
  name: 'route test',
  summary: 'Say which runbook an alert is for, and why.',
  examples: [
    ['phix route test alert.json', 'a notification of Alertmanager, or one alert'],
    [`echo '{"labels":{"alertname":"A"}}' | phix route test -`, 'by its labels alone'],
  ],
  declare: (command) => command.argument('<file>', 'JSON; - reads stdin'),
  async run({ deps, io, out, settings }, _options, word) {
    const [routing, compiler, inventory] = await Promise.all([deps.routing(), deps.compiler(), deps.inventory()])
    const path = String(word)
    const text = path === '-' ? await io.readStdin() : await readFile(path, 'utf8').catch(() => null)
    if (text === null) throw new CliError('notFound', `There is no file \`${path}\`.`, 'A dash reads from stdin.')
    const { files } = compilePaths(compiler, await listRunbookFiles((await settings()).runbooksFolder))
    const runbooks = files.flatMap(({ compiled }) => (compiled.ok ? [compiled] : []))
    const tested = readAlerts(() => routing.readAlerts(text), path).map((alert): Tested => {
      const route = routing.explain(alert, runbooks, inventory)
      return { alert: alert.labels['alertname'] ?? alert.fingerprint, route }
    })
    out.answer({ alerts: tested }, (safe) => safe.alerts.flatMap((each) => renderTested(each, out.paint)))
    return tested.every(({ route }) => route !== null && route.chosen !== null) ? EXIT.ok : EXIT.refused
  },
}

function readAlerts<T>(read: () => T, path: string): T {
  try {
    return read()
  } catch (error) {
    throw new CliError(
      'invalid',
      `\`${path}\` holds no alerts: ${(error as Error).message}.`,
      'Alertmanager’s words: docs/connect-alertmanager.md',
    )
  }
}

function renderTested({ alert, route }: Tested, paint: Paint): readonly string[] {
  if (route === null) return [`${alert}  ${paint.red('is of no cluster of the inventory')}`]
  const { chosen, others, cluster } = route
  const inputs = Object.entries(chosen?.inputs ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const answer =
    chosen === null
      ? paint.red('no runbook is for it')
      : `${paint.green(chosen.runbook)} on ${chosen.target} of ${cluster}  ${paint.dim(inputs.join(' '))}`
  return [`${alert}  →  ${answer}`, ...others.map(({ runbook, why }) => `    not ${runbook}: ${why}`)]
}
