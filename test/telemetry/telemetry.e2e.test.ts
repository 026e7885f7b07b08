// What is told of a real healed kill, and what is never told: a `phix up` with its lab, a real Prometheus that scrapes it,
// and secrets that pass through a run on their way to a receiver that gives them back in every spelling.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Addresses } from '../../src/config/addresses.ts'
import { DASHBOARDS } from '../../src/telemetry/generated-files.ts'
import { METRICS } from '../../src/telemetry/metric-table.ts'
import type { RunSummary } from '../../src/temporal/engine.ts'
import { processesOf, startPhix, until, type PhixUp } from '../e2e/phix-up.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { describeWithPrograms } from './programs.ts'
import { startPrometheus, type PrometheusServer } from './prometheus-server.ts'

const HEALED_MS = 120_000
/** Every spelling of them differs from the others. */
const ENV_SECRET = 'c4n"ry\\+/=%&<env>Kx7'
const FILE_SECRET = 'c4n"ry\\+/=%&<file>Qz9'

/** What the receiver gives back: whole, as a real one would. */
const givenBack = (secret: string): readonly string[] => [
  ...[secret, `Bearer ${secret}`, `xx${secret}`].map((text) => Buffer.from(text).toString('base64')),
  ...[secret, encodeURIComponent(secret), JSON.stringify(secret)],
]
/** What is looked for: of base64 inside a longer text, the part that depends on the secret alone. */
const spellings = (secret: string): readonly string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(`Bearer ${secret}`).toString('base64').slice(12, -4),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  JSON.stringify(JSON.stringify(secret)).slice(3, -3),
]
const SPELLINGS = [ENV_SECRET, FILE_SECRET].flatMap(spellings)
/** A text or the bytes of a database. */
const leaksIn = (place: string, text: string | Buffer): readonly string[] =>
  SPELLINGS.filter((spelling) => text.includes(spelling)).map((spelling) => `${place}: ${spelling}`)

describeWithTemporal('telemetry of a lab that is watched', () => {
  let up: PhixUp
  let addresses: Addresses
  let receiver: Receiver
  let runbooksFolder: string
  const exposition = async (part: 'metrics' | 'worker'): Promise<string> => {
    const { host, port } = addresses[part] ?? { host: '', port: 0 }
    return (await fetch(`http://${host}:${port}/metrics`)).text()
  }
  const healed = async (): Promise<boolean> => {
    const { runs } = await up.json<{ runs: readonly RunSummary[] }>('list', '--target', 'node-2')
    return runs.some(({ outcome }) => outcome === 'effective')
  }

  beforeAll(async () => {
    receiver = await startReceiver()
    runbooksFolder = mkdtempSync(join(tmpdir(), 'phix-canary-'))
    cpSync(join(import.meta.dirname, '../../runbooks'), runbooksFolder, { recursive: true })
    writeFileSync(join(runbooksFolder, 'canary.yaml'), canary(receiver.url))
    const env = { PHIX_CANARY: ENV_SECRET, PHIX_ALLOWED_HOSTS: new URL(receiver.url).host, PHIX_LOG_LEVEL: 'debug' }
    up = await startPhix({ runbooksFolder, env })
    addresses = JSON.parse(readFileSync(join(up.dataFolder, 'addresses.json'), 'utf8')) as Addresses
    mkdirSync(join(up.dataFolder, 'secrets'), { recursive: true })
    writeFileSync(join(up.dataFolder, 'secrets', 'canary'), `${FILE_SECRET}\n`)
  }, 180_000)
  afterAll(async () => {
    await up.remove()
    await receiver.stop()
    rmSync(runbooksFolder, { recursive: true, force: true })
  }, 90_000)

  describeWithPrograms('read by a real Prometheus', ['prometheus', 'promtool'], () => {
    let prometheus: PrometheusServer
    beforeAll(async () => {
      const lab = parse(readFileSync(join(up.dataFolder, 'inventory.yaml'), 'utf8')) as {
        clusters: { nodes: { address: string }[] }[]
      }
      const at = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`
      prometheus = await startPrometheus({
        'phix-server': addresses.metrics === undefined ? [] : [at(addresses.metrics)],
        'phix-worker': addresses.worker === undefined ? [] : [at(addresses.worker)],
        'ollama-distributed': lab.clusters.flatMap(({ nodes }) => nodes.map(({ address }) => new URL(address).host)),
      })
      const isScraped = async (): Promise<boolean> =>
        (await prometheus.query('up{job=~"phix-.*"} == 1')).length === 2 &&
        (await prometheus.query('phix_node_verdict{node="node-2",verdict="healthy"} == 1')).length === 1
      await until(isScraped, HEALED_MS, () => up.said())
      expect((await up.phix('lab', 'break', 'node-2', 'kill')).code).toBe(0)
      await until(healed, HEALED_MS, () => up.said())
    }, 3 * HEALED_MS)
    afterAll(() => prometheus.stop(), 30_000)

    for (const { title, panels } of DASHBOARDS)
      for (const panel of panels)
        test(
          `${title}: ${panel.title} shows data`,
          async () => {
            for (const { expr } of panel.queries) {
              const hasData = async (): Promise<boolean> =>
                (await prometheus.query(expr)).some(({ value }) => Number.isFinite(Number(value[1])))
              await until(hasData, HEALED_MS, () => expr)
            }
          },
          2 * HEALED_MS,
        )

    test(
      'the healed kill is told: one recovery, its seconds, one right suspicion, its steps',
      async () => {
        const one = async (expr: string): Promise<number> => Number((await prometheus.query(expr))[0]?.value[1] ?? NaN)
        await until(async () => (await one('sum(phix_recovery_seconds_count)')) === 1, HEALED_MS)
        expect(await one('sum(phix_recoveries_total{target="node-2",recovery="success"})')).toBe(1)
        expect(await one('sum(phix_recovery_seconds_sum)')).toBeGreaterThan(0)
        expect(await one('sum(phix_suspicions_total{judged="right"})')).toBe(1)
        expect(await one('sum(phix_steps_total{action="service.restart",status="completed"})')).toBe(1)
        expect(await one('ollama_fault_tolerance_healing_success_rate')).toBe(1)
        expect(await one('infra_recovery_success_total{component="node-2",strategy="single-node-recovery"}')).toBe(1)
      },
      2 * HEALED_MS,
    )

    test('every rule is evaluated', async () => expect(await prometheus.brokenRules()).toEqual([]))

    for (const part of ['metrics', 'worker'] as const)
      test(`promtool finds nothing wrong with what the ${part === 'worker' ? 'worker' : 'server'} tells`, async () => {
        const text = await exposition(part)
        expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('')
        const from = part === 'worker' ? 'worker' : 'server'
        const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => `${kind} ${name}`)
        expect(told.sort()).toEqual(
          METRICS.filter((metric) => metric.from === from)
            .map(({ name, kind }) => `${kind} ${name}`)
            .sort(),
        )
      })
  })

  describe('a run with secrets', () => {
    let show = ''
    beforeAll(async () => {
      const run = await up.phix('run', 'canary', '--input', 'node=node-4', '--wait')
      show = run.stdout + run.stderr
      expect(run.code, show).toBe(0)
    }, HEALED_MS)

    test('the receiver got them: in a header, as they are', () => {
      expect(receiver.got.map(({ headers }) => headers['x-env'])).toContain(ENV_SECRET)
      expect(receiver.got.map(({ headers }) => headers['x-file'])).toContain(FILE_SECRET)
    })

    test(
      'nothing that Phix wrote or answers has them, in any spelling',
      async () => {
        const { runs } = await up.json<{ runs: readonly RunSummary[] }>('list')
        const id = runs.find(({ runbook }) => runbook === 'canary')?.workflowId ?? ''
        const token = readFileSync(join(up.dataFolder, 'token'), 'utf8').trim()
        const ask = async (path: string): Promise<string> =>
          (
            await fetch(`http://${addresses.server.host}:${addresses.server.port}${path}`, {
              headers: { authorization: `Bearer ${token}` },
            })
          ).text()
        const words = [['show', id], ['history', id], ['show', id, '--json'], ['history', id, '--json'], ['status']]
        const said = await Promise.all(
          words.map(async (each) => [each.join(' '), JSON.stringify(await up.phix(...each))]),
        )
        const paths = ['/status', '/runs', `/runs/${encodeURIComponent(id)}`, '/decisions', '/metrics']
        const answers = await Promise.all(paths.map(async (path) => [path, await ask(path)]))
        const places: [string, string | Buffer][] = [
          ...(said as [string, string][]),
          ...(answers as [string, string][]),
          ['what the run said', show],
          ['what phix up printed', up.said()],
          ['the metrics of the server', await exposition('metrics')],
          ['the metrics of the worker', await exposition('worker')],
          [
            'ps',
            processesOf(up.dataFolder)
              .map(({ command }) => command)
              .join('\n'),
          ],
          ...filesBelow(up.dataFolder),
        ]
        expect(said.find(([what]) => what === `show ${id}`)?.[1]).toContain('secret')
        expect(places.map(([place]) => place)).toEqual(
          expect.arrayContaining([
            expect.stringMatching(/temporal\.db$/),
            expect.stringMatching(/journal\.db$/),
            expect.stringMatching(/worker\.log$/),
          ]),
        )
        expect(places.flatMap(([place, text]) => leaksIn(place, text))).toEqual([])
      },
      HEALED_MS,
    )

    test('every log line of the worker that belongs to a run says which', () => {
      const lines = readFileSync(join(up.dataFolder, 'logs', 'worker.log'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      const started = lines.find(({ what, runbook }) => what === 'started' && runbook === 'canary')
      expect(started).toMatchObject({ decision: expect.any(String), run: expect.stringContaining('canary') })
      const ended = lines.find(({ outcome, runbook }) => outcome !== undefined && runbook === 'canary')
      expect(ended).toMatchObject({ run: started?.['run'] })
      const told = lines.filter((line) => JSON.stringify(line).includes(String(started?.['run'])))
      expect(told.filter(({ run }) => run === undefined)).toEqual([])
    })

    test('a worker says that it lives, has started and is ready', async () => {
      const { host, port } = addresses.worker ?? { host: '', port: 0 }
      const statuses = ['/healthz', '/startupz', '/readyz', '/elsewhere'].map(
        async (path) => (await fetch(`http://${host}:${port}${path}`)).status,
      )
      expect(await Promise.all(statuses)).toEqual([200, 200, 200, 404])
    })
  })
})

interface Receiver {
  readonly url: string
  readonly got: readonly IncomingMessage[]
  stop(): Promise<void>
}

/** Gives back what it got in every spelling, as success and as refusal. */
async function startReceiver(): Promise<Receiver> {
  const got: IncomingMessage[] = []
  const server: Server = createServer((request, response) => {
    got.push(request)
    request.resume()
    const given = [request.headers['x-env'], request.headers['x-file']].flatMap((each) => givenBack(String(each)))
    response.writeHead(request.url === '/refuse' ? 422 : 200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(request.url === '/refuse' ? given.slice(0, 3) : { given, nested: JSON.stringify(given) }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const canary = (url: string): string => `
runbook: canary
summary: Sends secrets to a receiver that gives them back.
severity: low
automation: auto
inputs:
  node: { type: node }
guard:
  lock: node
steps:
  - id: send
    title: Send them
    uses: http.post
    irreversible: true
    with: { url: "${url}/take", headers: { x-env: "secret://env/PHIX_CANARY", x-file: "secret://file/canary" }, body: { node: "\${{ inputs.node }}" } }
  - id: refused
    title: Send them to one that refuses
    uses: http.post
    irreversible: true
    onFailure: continue
    with: { url: "${url}/refuse", headers: { x-env: "secret://env/PHIX_CANARY", x-file: "secret://file/canary" }, body: { a: 2 } }
`

/** Everything below the data folder but the secrets themselves. */
function filesBelow(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('/secrets'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path)])
}
