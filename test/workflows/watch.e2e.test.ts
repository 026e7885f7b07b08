// Real processes: nodes that are really killed, and workers that are really killed while they watch them.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, Connection, defaultPayloadConverter } from '@temporalio/client'
import { bundleWorkflowCode } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DetectorState, WatchCheckpoint } from '../../src/guard/protocol.ts'
import type { Cluster, Mode } from '../../src/inventory/inventory.ts'
import { openJournal } from '../../src/journal/open-journal.ts'
import { bundleOptions } from '../../src/main/bundle-options.ts'
import { detectorId } from '../../src/plan/ids.ts'
import { connectEngine } from '../../src/temporal/connect-engine.ts'
import { describeWithTemporal, startTestServer } from '../temporal-server.ts'
import { clusterOf } from './stubs/lab-of-three.ts'

const NODE = `require('node:http').createServer((_, answer) => answer.end('{"status":"healthy"}')).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

const REDUCED: Mode = {
  ...{ name: 'reduced', summary: 'Less is served while a node is ill.', lost: ['batch'], kept: ['chat'] },
  ...{ clearWhen: 'cluster.ill == 0', forMs: 1_000, longestMs: null },
}

describeWithTemporal('watching real nodes from real workers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'phix-watch-'))
  const children: ChildProcess[] = []
  let server: Awaited<ReturnType<typeof startTestServer>>
  let engine: Awaited<ReturnType<typeof connectEngine>>
  let connection: Connection
  const nodes = new Map<string, ChildProcess>()
  const workers: ChildProcess[] = []

  const start = async (words: readonly string[]): Promise<{ child: ChildProcess; said: string }> => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const said = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
      child.once('exit', (code) => reject(new Error(`ended with ${code}`)))
    })
    return { child, said }
  }

  beforeAll(async () => {
    server = await startTestServer()
    const addresses: string[] = []
    for (const name of ['node-1', 'node-2', 'node-3']) {
      const { child, said } = await start(['-e', NODE])
      nodes.set(name, child)
      addresses.push(`http://127.0.0.1:${said}`)
    }
    const plain = clusterOf('real')
    const cluster: Cluster = {
      ...plain,
      nodes: plain.nodes.map((node, index) => ({ ...node, address: addresses[index] ?? '' })),
      modes: [REDUCED],
      adaptations: [{ while: { mode: 'reduced' }, set: { 'breaker.failures': 3 }, backAfterMs: 0 }],
    }
    const inventory = { version: 1, clusters: [cluster], groups: [], acceptance: false } as const
    const files = {
      code: join(folder, 'workflows.js'),
      inventory: join(folder, 'inventory.json'),
      journal: join(folder, 'journal.db'),
    }
    writeFileSync(files.inventory, JSON.stringify(inventory))
    const workflowsPath = fileURLToPath(new URL('./stubs/workflows.ts', import.meta.url))
    writeFileSync(files.code, (await bundleWorkflowCode(bundleOptions(workflowsPath))).code)
    const script = fileURLToPath(new URL('./stubs/watch-worker.ts', import.meta.url))
    const words = ['--import', 'tsx', script, server.address, files.code, files.inventory, files.journal]
    workers.push(...(await Promise.all([start(words), start(words)])).map(({ child }) => child))
    engine = await connectEngine({
      temporal: { address: server.address, namespace: 'default', external: false },
      inventory: () => inventory,
    })
    connection = await Connection.connect({ address: server.address })
    await engine.ensureDetector('real')
  }, 90_000)
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await engine?.close()
    await connection?.close()
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const until = async <T>(look: () => Promise<T | null>, withinMs: number): Promise<T> => {
    for (const endAt = Date.now() + withinMs; ;) {
      const found = await look().catch(() => null)
      if (found !== null) return found
      if (Date.now() > endAt)
        throw new Error(`not within ${withinMs} ms: ${JSON.stringify(await engine.detector.state('real'))}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const state = (holds: (state: DetectorState) => boolean, withinMs: number) =>
    until(async () => {
      const seen = await engine.detector.state('real')
      return seen !== null && holds(seen) ? seen : null
    }, withinMs)
  /** What Temporal knows of the watch: whose it is, and its last checkpoint. */
  const watch = async () => {
    const described = await new Client({ connection }).workflow.getHandle(detectorId('real')).describe()
    const pending = described.raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'watch')
    const payload = pending?.heartbeatDetails?.payloads?.[0]
    if (!pending || !payload) return null
    const checkpoint = defaultPayloadConverter.fromPayload<WatchCheckpoint>(payload)
    return { pid: Number(pending.lastWorkerIdentity?.split('@')[0]), attempt: pending.attempt ?? 0, checkpoint }
  }

  test('a killed node is suspected, confirmed, and its runbook started within 6 s; its φ is readable', async () => {
    await state(({ targets }) => Object.values(targets).every(({ verdict }) => verdict === 'healthy'), 20_000)
    await until(async () => ((await watch())?.checkpoint.nodes.every(({ beats }) => beats >= 5) ? true : null), 20_000)
    nodes.get('node-2')?.kill('SIGKILL')
    const seen = await state(({ open }) => open.length === 1, 6_000)
    expect(seen.open[0]).toMatchObject({ target: 'node-2', runbook: 'single-node-recovery', automatic: true })
    const checkpoint = await until(async () => {
      const found = await watch()
      return found?.checkpoint.nodes.some(({ name, phi }) => name === 'node-2' && phi > 8) ? found.checkpoint : null
    }, 5_000)
    expect(checkpoint.nodes.find(({ name }) => name === 'node-1')).toMatchObject({ verdict: 'healthy' })
  }, 60_000)

  test('a degraded mode stands while its cause does, and ends by itself, with the settings that it changed', async () => {
    const request = { mode: 'reduced', on: true, workflowId: 'some/run', why: 'node-2 is ill', key: 'k1' }
    expect(await engine.detector.setMode('real', request)).toMatchObject({ active: true, changed: true })
    expect(await engine.detector.setMode('real', request)).toMatchObject({ active: true, changed: true })
    const since = Date.now()
    // Several looks at the cluster are made meanwhile.
    const seen = await state(({ modes }) => Date.now() > since + 3_000 && modes?.length === 1, 8_000)
    expect(seen.adapted).toMatchObject([{ setting: 'breaker.failures', value: 3, usual: 5, because: 'mode reduced' }])
    // Who is meant to be down is not ill.
    await engine.detector.mark('real', { target: 'node-2', desired: 'drained', why: 'for the test', key: 'k2' })
    await state(({ modes, adapted }) => modes?.length === 0 && adapted?.length === 0, 10_000)
    const journal = await openJournal(`sqlite:${join(folder, 'journal.db')}`)
    const texts = await until(async () => {
      const records = await journal.read({ kind: 'audit', cluster: 'real', target: 'real/modes' })
      return records.length >= 4 ? records.map(({ body }) => (body as { text: string }).text) : null
    }, 5_000)
    await journal.close()
    expect(texts.toReversed()).toEqual([
      'run `some/run` entered degraded mode `reduced`: node-2 is ill',
      '`breaker.failures` goes from 5 to 3: mode reduced.',
      expect.stringContaining('`reduced` has ended by itself: its cause is gone: `cluster.ill == 0` held for 1 s'),
      '`breaker.failures` goes from 3 to 5: mode reduced is over.',
    ])
  }, 60_000)

  test('SIGKILL of the worker that watches: another goes on in seconds with warm windows, and sees the next death', async () => {
    const before = await until(watch, 5_000)
    workers.find(({ pid }) => pid === before.pid)?.kill('SIGKILL')
    const after = await until(async () => {
      const found = await watch()
      return found !== null && found.pid !== before.pid && found.checkpoint.at > before.checkpoint.at ? found : null
    }, 8_000)
    const gaps = ({ checkpoint }: typeof before) =>
      checkpoint.nodes.find(({ name }) => name === 'node-1')?.window.split('.').length ?? 0
    expect(gaps(after)).toBeGreaterThanOrEqual(gaps(before) - 2)
    expect(gaps(after)).toBeGreaterThanOrEqual(5)
    await until(
      async () =>
        (await watch())?.checkpoint.nodes.filter(({ verdict }) => verdict === 'healthy').length === 2 ? true : null,
      8_000,
    )
    nodes.get('node-3')?.kill('SIGKILL')
    // A task of the detector that was under way in the worker that died is given to another after Temporal's 10 s.
    const seen = await state(({ open }) => open.length === 2, 25_000)
    expect(seen.open.map(({ target }) => target).sort()).toEqual(['node-2', 'node-3'])
    const started = seen.decisions.filter(({ kind }) => kind === 'started').map(({ target }) => target)
    expect(started.sort()).toEqual(['node-2', 'node-3'])
  }, 60_000)

  test('what was decided is in the journal, for those who ask later', async () => {
    const journal = await openJournal(`sqlite:${join(folder, 'journal.db')}`)
    const kinds = await until(async () => {
      const records = await journal.read({ kind: 'decision', cluster: 'real' })
      return records.length >= 2 ? records.map(({ target }) => target) : null
    }, 5_000)
    expect(kinds).toEqual(expect.arrayContaining(['node-2', 'node-3']))
    await journal.close()
  })
})
