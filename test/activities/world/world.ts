// The world that activities are tested in: real node processes behind a real HTTP balancer, a detector and a journal in
// memory. What it looks like is read from the things themselves, never through Phix.
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { createActivities, type Activities, type ActivityDeps } from '../../../activities/create-activities.ts'
import { createSecretSource } from '../../../activities/wrapping/secrets.ts'
import { advance } from '../../../src/guard/guard.ts'
import { replyToStep } from '../../../src/guard/modes.ts'
import { createGuardState, toDetectorState } from '../../../src/guard/state.ts'
import type { DetectorPort } from '../../../src/guard/detector-port.ts'
import type { DesiredState, DetectorState } from '../../../src/guard/protocol.ts'
import type { Inventory, Node, ProcessControlSpec } from '../../../src/inventory/inventory.ts'
import type { Json } from '../../../src/plan/json.ts'
import type { ActionCall } from '../../../src/plan/run.ts'
import { createProcessControl } from '../../../src/processes/process-control.ts'
import { closeServer, listen, startBalancer } from './balancer-server.ts'
import { createMemoryJournal } from './memory-journal.ts'

const NODE_SERVER = fileURLToPath(new URL('./node-server.mjs', import.meta.url))
const NODES = ['node-1', 'node-2', 'node-3', 'node-4'] as const

export type World = Awaited<ReturnType<typeof createWorld>>

export async function createWorld(more: Partial<ActivityDeps> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'phix-world-'))
  const stateFolder = join(folder, 'state')
  await mkdir(join(folder, 'secrets'))
  await mkdir(stateFolder)
  await writeFile(join(folder, 'secrets', 'token'), 'canary-file-secret\n')

  const nodes: readonly Node[] = await Promise.all(
    NODES.map(async (name) => ({
      name,
      address: `http://127.0.0.1:${await freePort()}`,
      zone: 'a',
      aliases: [`${name}:9100`],
      spare: name === 'node-4',
    })),
  )
  const balancer = await startBalancer(
    nodes
      .filter(({ spare }) => !spare)
      .map(({ name, address }) => ({ name, url: address, state: 'in' as const, weight: 1 })),
  )
  const control: ProcessControlSpec = {
    kind: 'process',
    command: [process.execPath, NODE_SERVER, '{node}', '{port}'],
    cwd: null,
    env: {},
    stateFolder,
    stopGraceMs: 3_000,
  }
  const inventory: Inventory = {
    version: 1,
    acceptance: true,
    groups: [{ name: 'oncall', members: ['ada', 'grace'] }],
    clusters: [
      {
        name: 'lab',
        nodes,
        services: [
          {
            name: 'web',
            members: [...NODES],
            control,
            balancer: { kind: 'http', admin: balancer.address, url: balancer.address },
            replicas: { min: 1, max: 4 },
          },
        ],
        heartbeat: { kind: 'http', path: '/api/v1/health', intervalMs: 200, timeoutMs: 400 },
        detector: {
          model: 'gaussian-exact',
          windowSize: 200,
          minDeviationMs: 50,
          pauseMs: 0,
          suspectPhi: 8,
          failedPhi: 16,
        },
        guard: { runsInFlight: 5, startsPerMinute: 5, override: null },
      },
    ],
  }

  const detector = createMemoryDetector()
  const memory = createMemoryJournal()
  const ledger: { path: string; key: string | undefined; body: string }[] = []
  const sinkMood: { is: 'well' | 'silent' } = { is: 'well' }
  const unanswered = new Set<ServerResponse>()
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString()
    ledger.push({ path: request.url ?? '', key: request.headers['idempotency-key'] as string | undefined, body })
    if (sinkMood.is === 'silent' || request.url === '/silent') {
      unanswered.add(response)
      response.once('close', () => unanswered.delete(response))
      return
    }
    const status = Number(/^\/status\/(\d+)/.exec(request.url ?? '')?.[1] ?? 200)
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ you: 'sent', auth: request.headers['authorization'] ?? null }))
  }
  const sink = createServer((request, response) => void receive(request, response))
  const sinkAddress = await listen(sink)

  const logged: string[] = []
  const write = (fields: object, message: string): void => void logged.push(JSON.stringify({ fields, message }))
  const secretEnv: Record<string, string> = { PHIX_CANARY: 'canary/env secret+"value"' }
  const deps: ActivityDeps = {
    inventory: () => inventory,
    journal: memory.journal,
    detector: detector.port,
    log: { info: write, warn: write, error: write },
    secrets: createSecretSource((name) => secretEnv[name], join(folder, 'secrets')),
    allowedHosts: [new URL(sinkAddress).host],
    ...more,
  }
  const activities = createActivities(deps)
  const processes = createProcessControl(control)
  const runningNodes = async () => Promise.all(nodes.map(async (node) => ({ node, ...(await processes.status(node)) })))

  return {
    folder,
    stateFolder,
    inventory,
    nodes,
    balancer,
    detector,
    memory,
    ledger,
    logged,
    sinkAddress,
    sinkMood,
    /** Requests that the silent sink holds and whose caller has not hung up. */
    unanswered,
    processes,
    activities,
    deps,
    /** Starts every node that is no spare and waits until each answers. */
    async startNodes() {
      const wanted = nodes.filter(({ spare }) => !spare)
      await Promise.all(wanted.map((node) => processes.start(node, AbortSignal.timeout(10_000))))
      await Promise.all(wanted.map((node) => answers(node)))
    },
    /** What it looks like now: processes, rotation, configuration, marks, modes, posts. */
    async looks(): Promise<Json> {
      const states = await runningNodes()
      const running = states.filter((state) => state.running).map(({ node }) => node)
      await Promise.all(running.map((node) => answers(node)))
      return {
        running: running.map(({ name }) => name),
        configs: await Promise.all(running.map(async ({ name, address }) => [name, await valuesOf(address)])),
        rotation: balancer.backends
          .filter(({ state }) => state === 'in')
          .map(({ name }) => name)
          .toSorted(),
        desired: { ...detector.desired },
        modes: detector.modes(),
        posts: ledger.length,
      }
    },
    async pids(): Promise<Json> {
      return (await runningNodes()).map(({ pid }) => pid)
    },
    async end() {
      for (const { pid } of await runningNodes()) if (pid !== null) process.kill(pid, 'SIGKILL')
      await Promise.all(nodes.map((node) => processes.stop(node, AbortSignal.timeout(10_000))))
      await balancer.close()
      await closeServer(sink)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const valuesOf = async (address: string): Promise<Json> =>
  ((await (await fetch(`${address}/config`, { headers: { connection: 'close' } })).json()) as { values: Json }).values

async function answers({ address }: Node): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const ok = await fetch(`${address}/api/v1/health`, { headers: { connection: 'close' } }).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    if (Date.now() > deadline) throw new Error(`${address} does not answer`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function createMemoryDetector() {
  const desired: Record<string, DesiredState> = {
    'node-1': 'serving',
    'node-2': 'serving',
    'node-3': 'serving',
    'node-4': 'spare',
  }
  const replies = new Map<string, DesiredState>()
  const marks: string[] = []
  const mood: { is: 'well' | 'silent' | 'failing' } = { is: 'well' }
  const asMood = async (): Promise<void> => {
    if (mood.is === 'failing') throw new Error('no detector')
    if (mood.is === 'silent') await new Promise(() => undefined)
  }
  const never = async (): Promise<never> => {
    throw new Error('not asked in these tests')
  }
  let guard = createGuardState('lab', [])
  const port: DetectorPort = {
    async setMode(_cluster, request) {
      await asMood()
      guard = advance(guard, { kind: 'moded', request }, Date.now()).state
      const reply = replyToStep(guard, request.key)
      if (reply === null) throw new Error('there is no room for another mode')
      return reply
    },
    start: never,
    grant: never,
    alert: () => Promise.reject(new Error('not faked')),
    command: never,
    observe: never,
    async mark(_cluster, { target, desired: wanted, key }) {
      await asMood()
      const before = replies.get(key) ?? desired[target] ?? 'serving'
      if (!replies.has(key)) {
        replies.set(key, before)
        desired[target] = wanted
        marks.push(`${target} ${wanted}`)
      }
      return { before }
    },
    async state(cluster): Promise<DetectorState> {
      await asMood()
      const targets = Object.entries(desired).map(([name, state]) => [
        name,
        { desired: state, verdict: 'healthy' as const, since: 0, attempts: [], cooldownUntil: null, undoLater: [] },
      ])
      const { modes = [], adapted = [] } = toDetectorState(guard, Date.now())
      const held = { modes, adapted }
      return { v: 1, cluster, at: Date.now(), targets: Object.fromEntries(targets), open: [], decisions: [], ...held }
    },
  }
  const modes = (): string[] => (toDetectorState(guard, 0).modes ?? []).map(({ mode }) => mode)
  return { port, desired, marks, mood, modes }
}

async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

let calls = 0

/** Makes a call as a run would; every call has its own key unless one is given. */
export const callOf = (args: Record<string, Json>, more: Partial<ActionCall> = {}): ActionCall => ({
  args,
  idempotencyKey: `run-1/step/${++calls}`,
  run: {
    workflowId: 'single/node-1/x',
    runbook: 'single',
    cluster: 'lab',
    target: 'node-1',
    stepId: 'step',
    startedBy: 'test',
  },
  ...more,
})

export interface Ran {
  readonly output: Json | null
  readonly error: {
    readonly name: string
    readonly message: string
    readonly type?: string
    readonly nonRetryable?: boolean
    readonly nextRetryDelay?: unknown
    readonly details?: unknown
  } | null
  readonly tookMs: number
  readonly heartbeats: readonly Json[]
}

export interface RunOptions {
  readonly attempt?: number
  readonly startToCloseTimeoutMs?: number
  readonly cancelAfterMs?: number
  readonly cancelWhen?: Promise<unknown>
}

/** Runs one activity in Temporal's mock environment; failures are answers. */
export async function run(activities: Activities, name: string, call: unknown, options: RunOptions = {}): Promise<Ran> {
  const { attempt = 1, startToCloseTimeoutMs = 60_000, cancelAfterMs, cancelWhen } = options
  const environment = new MockActivityEnvironment(
    { attempt, startToCloseTimeoutMs, heartbeatTimeoutMs: 2_000 },
    { logger: new DefaultLogger('ERROR') },
  )
  const heartbeats: Json[] = []
  environment.on('heartbeat', (details: Json) => heartbeats.push(details))
  const startedAt = performance.now()
  const timer =
    cancelAfterMs === undefined ? undefined : setTimeout(() => environment.cancel('CANCELLED'), cancelAfterMs)
  void cancelWhen?.then(() => environment.cancel('CANCELLED'))
  try {
    const activity = activities[name] as (call: unknown) => Promise<Json>
    const output = await environment.run(activity, call)
    return { output: output as Json, error: null, tookMs: performance.now() - startedAt, heartbeats }
  } catch (error) {
    return { output: null, error: error as Ran['error'], tookMs: performance.now() - startedAt, heartbeats }
  } finally {
    clearTimeout(timer)
  }
}
