// One real server, one real worker with the real detector and its activities; runbooks only wait, `watch` only listens.
import { fileURLToPath } from 'node:url'
import { Context } from '@temporalio/activity'
import { Client, Connection } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { createWatching, type KnownRunbook } from '../../activities/watching/create-watching.ts'
import type { Decision, DetectorInput, DetectorState, VerdictObservation, WatchCall } from '../../src/guard/protocol.ts'
import type { Cluster, Inventory } from '../../src/inventory/inventory.ts'
import { bundleOptions } from '../../src/main/bundle-options.ts'
import type { Journal, JournalRecord } from '../../src/journal/journal.ts'
import { detectorId, TASK_QUEUE } from '../../src/plan/ids.ts'
import type { NotifyCall, RunResult } from '../../src/plan/run.ts'
import { connectEngine } from '../../src/temporal/connect-engine.ts'
import { startTestServer } from '../temporal-server.ts'
import { backAgain, clusterOf, recovery, tooLarge } from './stubs/lab-of-three.ts'

export async function startDetectorBench() {
  const server = await startTestServer()
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') })
  } catch {
    // Another suite of this process has installed it.
  }
  const clusters: Cluster[] = []
  const inventory = (): Inventory => ({ version: 1, clusters, groups: [], acceptance: false })
  const temporal = { address: server.address, namespace: server.namespace, external: false }
  const engine = await connectEngine({ temporal, inventory })
  const connection = await Connection.connect({ address: server.address })
  const client = new Client({ connection })
  const journal: Journal & { readonly records: Map<string, JournalRecord>; isDown: boolean } = {
    records: new Map(),
    isDown: false,
    append(records) {
      if (this.isDown) return Promise.reject(new Error('the disk is full'))
      for (const record of records) this.records.set(`${record.kind} ${record.id}`, record)
      return Promise.resolve(records.length)
    },
    read({ kind, cluster, target, since = 0, limit = 1_000 }) {
      const found = [...this.records.values()].filter(
        (record) =>
          record.kind === kind &&
          record.cluster === cluster &&
          (target === undefined || record.target === target) &&
          record.at >= since,
      )
      const newest = found.map((record, sequence) => ({ ...record, sequence })).toSorted((a, b) => b.at - a.at)
      return Promise.resolve(newest.slice(0, limit))
    },
    close: () => Promise.resolve(),
  }
  const runbooks: KnownRunbook[] = [recovery, backAgain, tooLarge].map((plan) => ({ plan, planHash: 'a'.repeat(64) }))
  const log = { info() {}, warn() {}, error() {} }
  const watching = createWatching({
    inventory,
    runbooks: () => runbooks,
    journal,
    detector: engine.detector,
    follower: engine.follower,
    log,
    now: () => Date.now(),
    clock: () => performance.now(),
  })
  const pages: string[] = []
  const watches: WatchCall[] = []
  const listen = async (call: WatchCall) => {
    watches.push(call)
    const beat = setInterval(() => context.heartbeat(), 200)
    const context = Context.current()
    await context.cancelled.catch(() => undefined)
    clearInterval(beat)
    if (!context.cancellationDetails?.cancelRequested) return context.cancelled
    return { v: 1, at: watches.length, nodes: [], lagMs: 0, checksum: 'x' }
  }
  const workflowsPath = fileURLToPath(new URL('./stubs/workflows.ts', import.meta.url))
  const bundle = await bundleWorkflowCode(bundleOptions(workflowsPath))
  const native = await NativeConnection.connect({ address: server.address })
  const worker = await Worker.create({
    connection: native,
    namespace: server.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: bundle,
    activities: {
      ...watching,
      watch: listen,
      notify: ({ to, message, insist = false }: NotifyCall) => {
        pages.push(`${to.join(',')}: ${message}`)
        // Of this one a channel is down, until it is insisted.
        const isDown = message.includes('channel down') && !insist
        return Promise.resolve(isDown ? { told: to, isNew: true, notes: [], pendingAt: Date.now() + 200 } : null)
      },
    },
    stickyQueueScheduleToStartTimeout: '1s',
    maxHeartbeatThrottleInterval: 500,
  })
  const running = worker.run()
  let clock = Date.now()

  const bench = {
    server,
    engine,
    client,
    journal,
    pages,
    watches,
    /** Starts the detector of a cluster of its own for one test. */
    async start(
      name: string,
      more: Pick<DetectorInput, 'eventsBeforeContinue' | 'state'> = {},
      cluster = clusterOf(name),
    ) {
      clusters.push(cluster)
      const targets = cluster.nodes.map((node) => ({ name: node.name, desired: 'serving' as const }))
      const input: DetectorInput = { cluster: name, targets, ...more }
      await client.workflow.start('detector', { workflowId: detectorId(name), taskQueue: TASK_QUEUE, args: [input] })
      return name
    },
    /** Ends a detector without a word, and begins another one: as after "Terminate" in Temporal's own UI. */
    async replace(cluster: string, meanwhile: () => Promise<unknown> = () => Promise.resolve()) {
      await client.workflow.getHandle(detectorId(cluster)).terminate('for the test')
      await meanwhile()
      await engine.ensureDetector(cluster)
    },
    /** Answers once the journal has a record. */
    async written(holds: (record: JournalRecord) => boolean, withinMs = 20_000): Promise<JournalRecord> {
      for (const endAt = Date.now() + withinMs; ;) {
        const found = [...journal.records.values()].find(holds)
        if (found !== undefined) return found
        if (Date.now() > endAt) throw new Error(`never written; there is ${[...journal.records.keys()].join(', ')}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    see: (cluster: string, target: string, verdict: VerdictObservation['verdict'], confirmed = true) =>
      engine.detector.observe(cluster, [
        { kind: 'verdict', target, verdict, phi: 9, at: ++clock, confirmed, evidence: 'connection refused' },
      ]),
    async state(cluster: string): Promise<DetectorState> {
      const state = await engine.detector.state(cluster)
      if (state === null) throw new Error(`no detector of ${cluster}`)
      return state
    },
    finish: (workflowId: string, result: RunResult) => client.workflow.getHandle(workflowId).signal('finish', result),
    decisions: async (cluster: string): Promise<readonly Decision[]> => (await bench.state(cluster)).decisions,
    async runs(cluster: string): Promise<readonly string[]> {
      const found: string[] = []
      for await (const run of client.workflow.list({ query: `PhixCluster = '${cluster}'` })) found.push(run.workflowId)
      return found
    },
    /** Answers once a claim about a cluster's detector holds. */
    async until(cluster: string, holds: (state: DetectorState) => boolean, withinMs = 15_000): Promise<DetectorState> {
      for (const endAt = Date.now() + withinMs; ;) {
        const state = await bench.state(cluster)
        if (holds(state)) return state
        if (Date.now() > endAt) throw new Error(`it did not come to that: ${JSON.stringify(state, null, 1)}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async stop() {
      worker.shutdown()
      await running
      await engine.close()
      await connection.close()
      await native.close()
      await server.stop()
    },
  }
  return bench
}
