// Real Prometheus and Alertmanagers, with the configuration of docs/connect-alertmanager.md; only addresses differ.
import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { describe } from 'vitest'
import { freePort } from '../../src/config/free-port.ts'

const docs = resolve(import.meta.dirname, '../../docs')

const findProgram = (...names: readonly string[]): string | null => {
  const paths = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
  return paths.find(isExecutable) ?? null
}
function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
const prometheus = findProgram('prometheus')
const alertmanager = findProgram('prometheus-alertmanager', 'alertmanager')

/** Path of the Alertmanager, or null. */
export const alertmanagerProgram = (): string | null => alertmanager

/** `describe` for suites that need both programs: a named skip without them, a failure under CI. */
export function describeWithPrometheus(title: string, suite: () => void): void {
  if ((prometheus !== null && alertmanager !== null) || process.env['CI']) describe(title, suite)
  else describe.skip(`${title} (needs prometheus and prometheus-alertmanager)`, suite)
}

/** Answers the block of a page whose first line is `# <name>`, without any change. */
export function blockOf(page: string, name: string): string {
  const text = readFileSync(join(docs, page), 'utf8')
  const block = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].find(([, body]) => body?.startsWith(`# ${name}\n`))?.[1]
  if (block === undefined) throw new Error(`docs/${page} has no block \`${name}\``)
  return block
}

export interface Stack {
  readonly alertmanagers: readonly string[]
  stop(): void
}

/** Starts Prometheus over these nodes and this many Alertmanagers, which all deliver to the hook. */
export async function startStack(options: {
  readonly nodes: readonly { readonly name: string; readonly address: string }[]
  readonly hook: string
  readonly secretFile: string
  readonly alertmanagerCount: number
}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'phix-prometheus-'))
  const children: ChildProcess[] = []
  const begin = (program: string | null, args: readonly string[]): void => {
    if (program === null) throw new Error('prometheus and prometheus-alertmanager must be installed')
    children.push(spawn(program, args, { cwd: folder, stdio: 'ignore' }))
  }
  const ports = await Promise.all(Array.from({ length: options.alertmanagerCount }, () => freePort()))
  const configuration = blockOf('connect-alertmanager.md', 'alertmanager.yml')
    .replace('http://127.0.0.1:7080/hooks/alertmanager', options.hook)
    .replace('.phix/secrets/alertmanager', options.secretFile)
  writeFileSync(join(folder, 'alertmanager.yml'), configuration)
  for (const port of ports)
    begin(alertmanager, [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, `alertmanager-${port}`)}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ])
  writeFileSync(join(folder, 'rules.yml'), blockOf('connect-alertmanager.md', 'rules.yml'))
  const target = ({ name, address }: (typeof options.nodes)[number]): string =>
    `      - targets: ["${new URL(address).host}"]\n        labels: { instance: "${name}:9100" }\n`
  const scraped = blockOf('connect-alertmanager.md', 'prometheus.yml')
    .replace('"127.0.0.1:9093"', ports.map((port) => `"127.0.0.1:${port}"`).join(', '))
    .replace(/ {6}- targets: \["127\.0\.0\.1:5110"\]\n.*\n/, options.nodes.map(target).join(''))
  writeFileSync(join(folder, 'prometheus.yml'), scraped)
  begin(prometheus, [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${await freePort()}`,
  ])
  return {
    alertmanagers: ports.map((port) => `http://127.0.0.1:${port}`),
    stop() {
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
