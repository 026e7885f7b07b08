// Signals from a real Prometheus and from real files.
import { spawn, type ChildProcess } from 'node:child_process'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSignalReader } from '../../../activities/watching/symptoms/read-signals.ts'
import type { Cluster, Signal } from '../../../src/inventory/inventory.ts'

const never = new AbortController().signal
const clusterWith = (...signals: readonly Signal[]): Cluster =>
  ({ name: 'lab', nodes: [{ name: 'node-1' }, { name: 'node-2' }], signals }) as unknown as Cluster
const portOf = (server: Server): number => (server.address() as AddressInfo).port
const listening = (server: Server): Promise<void> => new Promise((done) => server.listen(0, '127.0.0.1', () => done()))

const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0

describe.skipIf(!hasPrometheus)('a signal from Prometheus (skipped where no `prometheus` is on the path)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'phix-prometheus-'))
  let depth = 7
  const exporter = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
    response.end(`queue_depth{node="node-1"} ${depth}\nqueue_depth{node="node-2"} 1\n`)
  })
  let prometheus: ChildProcess
  let base = ''

  beforeAll(async () => {
    await listening(exporter)
    const free = createServer()
    await listening(free)
    const port = portOf(free)
    await new Promise((done) => free.close(done))
    const scrape = `scrape_configs: [{ job_name: q, static_configs: [{ targets: ['127.0.0.1:${portOf(exporter)}'] }] }]`
    writeFileSync(join(folder, 'p.yml'), `global: { scrape_interval: 1s }\n${scrape}\n`)
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'p.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    )
    base = `http://127.0.0.1:${port}`
  }, 30_000)
  afterAll(async () => {
    prometheus.kill('SIGKILL')
    await new Promise((done) => prometheus.once('exit', done))
    exporter.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('is the value of its query, for the cluster and for each node', async () => {
    const read = createSignalReader(() => performance.now())
    const cluster = clusterWith(
      { kind: 'promql', name: 'depth', prometheus: base, query: 'sum(queue_depth)' },
      { kind: 'promql', name: 'own', prometheus: base, query: 'queue_depth{node="{node}"}' },
    )
    const expected = {
      cluster: { depth: 8 },
      nodes: { 'node-1': { depth: 8, own: 7 }, 'node-2': { depth: 8, own: 1 } },
    }
    await expect.poll(() => read(cluster, never), { timeout: 30_000, interval: 500 }).toEqual(expected)
    depth = 20
    await expect
      .poll(async () => (await read(cluster, never)).nodes['node-1'], { timeout: 30_000, interval: 500 })
      .toEqual({ depth: 21, own: 20 })
  }, 60_000)

  test('is missing where the query has no one value, is none, or nobody answers', async () => {
    const read = createSignalReader(() => performance.now())
    const query = (text: string, at = base): Signal => ({ kind: 'promql', name: 'x', prometheus: at, query: text })
    for (const signal of [
      query('queue_depth'),
      query('no_such_metric'),
      query('sum('),
      query('1', 'http://127.0.0.1:9'),
    ])
      expect((await read(clusterWith(signal), never)).cluster).toEqual({})
    expect((await read(clusterWith(query('0/0')), never)).cluster).toEqual({})
  }, 30_000)
})

describe('a signal from a log file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'phix-logs-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'app.log')
  const signal: Signal = { kind: 'log', name: 'oom', file, pattern: 'out of (memory|space)', windowMs: 10_000 }

  test('counts the new lines that fit, for as long as its window', async () => {
    let nowMs = 0
    const read = createSignalReader(() => nowMs)
    const count = async () => (await read(clusterWith(signal), never)).cluster['oom']
    expect(await count()).toBeUndefined()
    writeFileSync(file, 'out of memory, long ago\n')
    expect(await count()).toBe(0)
    appendFileSync(file, 'out of memory\nall is well\nout of sp')
    expect(await count()).toBe(1)
    appendFileSync(file, 'ace\n')
    expect(await count()).toBe(2)
    renameSync(file, `${file}.1`)
    writeFileSync(file, 'out of memory\n')
    expect(await count()).toBe(3)
    nowMs = 11_000
    expect(await count()).toBe(0)
  })

  test('a pattern that hangs other engines is answered at once', async () => {
    const hostile: Signal = { ...signal, name: 'hostile', pattern: '(a+)+$' }
    const read = createSignalReader(() => 0)
    await read(clusterWith(hostile), never)
    appendFileSync(file, `${'a'.repeat(50_000)}!\n`)
    const began = performance.now()
    expect((await read(clusterWith(hostile), never)).cluster['hostile']).toBe(0)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})
