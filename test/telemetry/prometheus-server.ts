// A real Prometheus with the shipped rules and the shipped jobs, pointed at a `phix up` on this machine.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { freePort } from '../../src/config/free-port.ts'
import { until } from '../e2e/phix-up.ts'

const shipped = join(import.meta.dirname, '../../deploy/prometheus')
const READY_MS = 60_000

export interface PrometheusServer {
  /** Answers the samples of an instant query. Fails: with Prometheus' own words where the query is none. */
  query(expr: string): Promise<readonly Sample[]>
  /** Names of the rules that could not be evaluated. */
  brokenRules(): Promise<readonly string[]>
  stop(): Promise<void>
}
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

/** Starts it. `targets` by job name as in the shipped configuration, which is otherwise used as it is. */
export async function startPrometheus(targets: Readonly<Record<string, readonly string[]>>): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'phix-prometheus-'))
  cpSync(shipped, folder, { recursive: true })
  const config = parse(readFileSync(join(shipped, 'prometheus.yml'), 'utf8')) as {
    scrape_configs: { job_name: string }[]
  }
  writeFileSync(
    join(folder, 'prometheus.yml'),
    stringify({
      ...config,
      alerting: {},
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      scrape_configs: config.scrape_configs.map(({ job_name }) => ({
        job_name,
        static_configs: [{ targets: targets[job_name] ?? [] }],
      })),
    }),
  )
  const port = await freePort()
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (data: Buffer) => (said += data.toString()))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const base = `http://127.0.0.1:${port}`
  const isReady = async (): Promise<boolean> => (await fetch(`${base}/-/ready`).catch(() => null))?.status === 200
  await until(isReady, READY_MS, () => said)
  return {
    async query(expr) {
      const answer = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(expr)}`)
      const body = (await answer.json()) as { status: string; error?: string; data: { result: Sample[] } }
      if (body.status !== 'success') throw new Error(`\`${expr}\`: ${body.error}`)
      return body.data.result
    },
    async brokenRules() {
      const answer = await fetch(`${base}/api/v1/rules`)
      const body = (await answer.json()) as { data: { groups: { rules: { name: string; health: string }[] }[] } }
      return body.data.groups.flatMap(({ rules }) =>
        rules.filter(({ health }) => health === 'err').map(({ name }) => name),
      )
    },
    async stop() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
