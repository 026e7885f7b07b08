// A real Alertmanager that leaves alerts out (`max_alerts`): they are read back from its API, and none is lost.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../src/api/create-app.ts'
import { serveApp, type Listening } from '../../src/api/serve-app.ts'
import { freePort } from '../../src/config/free-port.ts'
import { createFakeApiDeps } from '../api/fakes.ts'
import { until } from '../e2e/phix-up.ts'
import { alertmanagerProgram, blockOf, describeWithPrometheus } from '../e2e/prometheus-stack.ts'
import { createIntakeBench, SECRET } from './intake-bench.ts'

const COUNT = 100

describeWithPrometheus('an Alertmanager that leaves alerts out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'phix-alertmanager-'))
  let child: ChildProcess
  let api: string
  let listening: Listening
  let bench: ReturnType<typeof createIntakeBench>
  beforeAll(async () => {
    const port = await freePort()
    api = `http://127.0.0.1:${port}`
    bench = createIntakeBench({ alertmanager: { api } })
    listening = await serveApp(createApp({ ...createFakeApiDeps(), hooks: bench.hooks }), { port: 0 })
    writeFileSync(join(folder, 'secret'), SECRET)
    const configuration = blockOf('connect-alertmanager.md', 'alertmanager.yml')
      .replace('127.0.0.1:7080', `127.0.0.1:${listening.port}`)
      .replace('.phix/secrets/alertmanager', join(folder, 'secret'))
      .replace('max_alerts: 0', 'max_alerts: 3')
    writeFileSync(join(folder, 'alertmanager.yml'), configuration)
    child = spawn(
      alertmanagerProgram() ?? '',
      [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        ...[`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='],
      ],
      { stdio: 'ignore' },
    )
    const isReady = (): Promise<boolean> =>
      fetch(`${api}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    await until(isReady, 50_000)
  })
  afterAll(async () => {
    child.kill('SIGKILL')
    await listening.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  test('all of a hundred are seen, although three are sent', async () => {
    const alerts = Array.from({ length: COUNT }, (_, index) => ({
      labels: { alertname: 'OllamaNodeDown', instance: `node-${index}:9100` },
    }))
    const sent = await fetch(`${api}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    })
    expect(sent.status).toBe(200)
    await expect
      .poll(() => new Set(bench.signalled().map(({ fingerprint }) => fingerprint)).size, { timeout: 60_000 })
      .toBe(COUNT)
    expect(bench.deliveries().every(({ lost }) => lost === 0)).toBe(true)
  }, 90_000)
})
