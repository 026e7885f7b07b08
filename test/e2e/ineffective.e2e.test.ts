// Would a run notice that its key action did nothing? A worker of the test's own composes the product's activities with one
// that only answers; the world is checked by process table and by the balancer's counts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CATALOGUE } from '../../activities/catalogue.ts'
import { createActivities } from '../../activities/create-activities.ts'
import { createWatching } from '../../activities/watching/create-watching.ts'
import { openRunbookFolder } from '../../src/compile/runbook-folder.ts'
import { readInventoryFile } from '../../src/inventory/inventory-file.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { openJournal } from '../../src/journal/open-journal.ts'
import { createLab, type Lab } from '../../src/lab/lab.ts'
import { labInventoryYaml } from '../../src/lab/lab-inventory.ts'
import { TASK_QUEUE } from '../../src/plan/ids.ts'
import type { ActionCall } from '../../src/plan/run.ts'
import { connectEngine } from '../../src/temporal/connect-engine.ts'
import type { Engine } from '../../src/temporal/engine.ts'
import { freePorts } from '../lab/lab-on-free-ports.ts'
import { describeWithTemporal, startTestServer, type TestServer } from '../temporal-server.ts'
import { bundleWorkflows } from '../workflows/test-worker.ts'
import { processesOf, until } from './phix-up.ts'
import { followRuns } from './worker-bench.ts'

const root = resolve(import.meta.dirname, '../..')
const BROKEN = 'node-2'
const RESTART_ONLY = `runbook: restart-only
summary: Nothing but the restart can help here.
inputs: { node: { type: node } }
steps:
  - id: restart
    uses: service.restart
    with: { target: "\${{ inputs.node }}" }
  - id: back
    waitUntil: node.probe
    with: { node: "\${{ inputs.node }}" }
    until: output.healthy
    every: 500ms
    timeout: 5s
    onFailure: continue
verify:
  that: [cluster.healthy_ratio >= 0.95, requests.success_rate > 0.5]
  within: 8s
  stable: 2s
`

/** What \`service.restart\` answers where it worked. */
const claims = ({ args }: ActionCall) => ({
  target: args['target'] ?? null,
  service: 'ollama',
  changed: [args['target'] ?? null],
  forced: 0,
  nodes: [{ node: args['target'] ?? null, running: true }],
})

describeWithTemporal('a key action that does nothing and says it did', () => {
  let folder: string
  let server: TestServer
  let lab: Lab
  let engine: Engine
  let inventory: Inventory
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') })
    folder = mkdtempSync(join(tmpdir(), 'phix-claims-'))
    mkdirSync(join(folder, 'runbooks'))
    writeFileSync(join(folder, 'runbooks', 'restart-only.yaml'), RESTART_ONLY)
    lab = createLab({ folder: join(folder, 'lab'), ports: await freePorts(), programs: join(root, 'dist/src/main') })
    const [started] = await Promise.all([startTestServer(), lab.up()])
    server = started
    writeFileSync(join(folder, 'inventory.yaml'), labInventoryYaml(lab.layout))
    const read = readInventoryFile(join(folder, 'inventory.yaml'))
    if (!read.ok) throw new Error(JSON.stringify(read.errors))
    inventory = read.inventory
    const temporal = { address: server.address, namespace: server.namespace, uiAddress: null, external: false }
    engine = await connectEngine({ temporal, inventory: () => inventory })
  }, 120_000)
  afterAll(async () => {
    await lab.down()
    await engine.close()
    await server.stop()
    for (const { pid } of processesOf(folder)) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const clusterName = (): string => inventory.clusters[0]?.name ?? ''
  const nodePid = (): number | null =>
    processesOf(folder).find(({ command }) => command.includes('lab-node') && command.includes(BROKEN))?.pid ?? null
  const answeredBy = async (windowMs: number): Promise<Readonly<Record<string, { count: number; errors: number }>>> => {
    const answer = await fetch(`${lab.layout.adminUrl}/stats?window=${windowMs}`)
    return ((await answer.json()) as { by: Record<string, { count: number; errors: number }> }).by
  }

  /** Works until what is asked for has ended, with the product's activities but for those that are replaced. */
  async function working<T>(replaced: Readonly<Record<string, unknown>>, meanwhile: () => Promise<T>): Promise<T> {
    const quiet = { info: () => {}, warn: () => {}, error: () => {} }
    const runbooks = openRunbookFolder({ folder: join(folder, 'runbooks'), storeFolder: null, catalogue: CATALOGUE })
    expect(runbooks.diagnostics().filter(({ severity }) => severity === 'error')).toEqual([])
    const journal = await openJournal(`sqlite:${join(folder, 'journal.db')}`)
    const deps = {
      ...{ journal, log: quiet, inventory: () => inventory, detector: engine.detector, follower: engine.follower },
      runbooks: () => runbooks.runbooks(),
      secrets: { env: () => undefined, file: () => Promise.reject(new Error('there are no secrets')) },
      now: Date.now,
      clock: () => performance.now(),
    }
    const connection = await NativeConnection.connect({ address: server.address })
    const worker = await Worker.create({
      connection,
      namespace: server.namespace,
      taskQueue: TASK_QUEUE,
      workflowBundle: await bundleWorkflows(),
      activities: { ...createActivities(deps), ...createWatching(deps), ...replaced },
      stickyQueueScheduleToStartTimeout: '1s',
      shutdownGraceTime: '1s',
    })
    const done = worker.run()
    try {
      await engine.ensureDetector(clusterName())
      return await meanwhile()
    } finally {
      worker.shutdown()
      await done
      await connection.close()
      await journal.close()
    }
  }
  const restart = async () => {
    const request = { runbook: 'restart-only', inputs: { node: BROKEN }, by: 'tester', requestId: crypto.randomUUID() }
    const { decision, workflowId } = await engine.detector.start(clusterName(), request)
    expect(decision).toMatchObject({ kind: 'started' })
    const [end] = await followRuns(engine, [workflowId ?? ''])
    return end?.result
  }

  test('the run ends as ineffective, and the world agrees', async () => {
    await until(async () => ((await answeredBy(2000))[BROKEN]?.count ?? 0) > 0, 30_000)
    await lab.break([BROKEN], 'kill')
    await until(() => nodePid() === null, 10_000)
    const result = await working({ 'service.restart': claims }, restart)
    expect(result).toMatchObject({ outcome: 'ineffective', code: 'verify-did-not-hold' })
    expect(nodePid()).toBeNull()
    const { count, errors } = (await answeredBy(2000))[BROKEN] ?? { count: 0, errors: 0 }
    expect(count - errors).toBe(0)
  }, 120_000)

  test('the real action, in the same place, is effective', async () => {
    expect(nodePid()).toBeNull()
    const result = await working({}, restart)
    expect(result).toMatchObject({ outcome: 'effective' })
    expect(nodePid()).not.toBeNull()
    await until(async () => {
      const { count, errors } = (await answeredBy(2000))[BROKEN] ?? { count: 0, errors: 0 }
      return count - errors > 0
    }, 30_000)
  }, 120_000)
})
