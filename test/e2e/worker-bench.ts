// Real `phix worker` processes against a real Temporal server, an inventory of light processes, and a ledger outside of
// Phix. For tests that kill workers: which one lives is the test's choice, nothing supervises.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createProcessControl } from '../../src/processes/process-control.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Gate, RunResult, Verb } from '../../src/plan/run.ts'
import { connectEngine } from '../../src/temporal/connect-engine.ts'
import type { Engine } from '../../src/temporal/engine.ts'
import { startTestServer, type TestServer } from '../temporal-server.ts'
import { startLedger, type Ledger } from './ledger.ts'
import { processesOf, until } from './phix-up.ts'

const root = resolve(import.meta.dirname, '../..')
const bin = join(root, 'bin', 'phix')
export const CLUSTER = 'bench'
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9'
const READY_MS = 120_000
const STARTED_MS = 180_000

export interface WorkerProcess {
  readonly pid: number
  /** Resolves once it is gone. */
  readonly ended: Promise<NodeJS.Signals | number | null>
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>
}

export interface WorkerBench {
  readonly folder: string
  readonly runbooksFolder: string
  readonly server: TestServer
  readonly ledger: Ledger
  readonly engine: Engine
  /** Starts one; resolves once it works. */
  startWorker(env?: Readonly<Record<string, string>>): Promise<WorkerProcess>
  /** Runs one `bin/phix …` to its end. */
  phix(...words: string[]): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
  /** Asks the detector for a run; answers its id. Fails with the detector's sentence where it does not start. */
  start(runbook: string, inputs: Readonly<Record<string, Json>>): Promise<string>
  /** Waits for the end, and answers each gate that opens on the way. */
  follow(workflowIds: readonly string[], answer?: (workflowId: string, gate: Gate) => Answer): Promise<readonly End[]>
  /** Starts a node before its run, as a person would. */
  startNode(node: string): Promise<void>
  /** Pids of the processes of a node, from the process table. */
  pidsOf(node: string): readonly number[]
  /** Ends everything and removes the folder. */
  end(): Promise<void>
}

export interface Answer {
  readonly verb: Verb
  readonly value?: Json
}

export interface End {
  readonly workflowId: string
  readonly result: RunResult
  /** Every gate that opened, by kind, with what was said to it. */
  readonly asked: readonly { readonly kind: Gate['kind']; readonly gate: string; readonly said: Verb }[]
}

export interface BenchOptions {
  readonly nodes: readonly string[]
  readonly runbooks: Readonly<Record<string, string>>
}

export async function startWorkerBench({ nodes, runbooks }: BenchOptions): Promise<WorkerBench> {
  const folder = mkdtempSync(join(tmpdir(), 'phix-bench-'))
  const runbooksFolder = join(folder, 'runbooks')
  const inventoryFile = join(folder, 'inventory.yaml')
  mkdirSync(runbooksFolder)
  for (const [name, text] of Object.entries(runbooks)) writeFileSync(join(runbooksFolder, `${name}.yaml`), text)
  const server = await startTestServer()
  const ledger = await startLedger(join(folder, 'ledger.txt'))
  writeFileSync(inventoryFile, JSON.stringify(inventoryOf(nodes, folder, ledger.file), null, 1))
  const temporal = { address: server.address, namespace: server.namespace, uiAddress: null, external: false }
  const told = { version: 1, clusters: [], groups: [], acceptance: false } as const
  const engine = await connectEngine({ temporal, inventory: () => told })
  const environment = {
    ...process.env,
    PHIX_DATA_FOLDER: join(folder, 'data'),
    PHIX_RUNBOOKS_FOLDER: runbooksFolder,
    PHIX_INVENTORY_FILE: inventoryFile,
    PHIX_TEMPORAL_ADDRESS: server.address,
    PHIX_ALLOWED_HOSTS: ledger.host,
    PHIX_PERSON: 'tester',
    NO_COLOR: '1',
  }
  const { code, stdout, stderr } = await runPhix(['check', runbooksFolder], environment)
  if (code !== 0) throw new Error(`the runbooks of this test are wrong:\n${stdout}${stderr}`)
  const workers = new Set<WorkerProcess>()
  let requests = 0

  return {
    folder,
    runbooksFolder,
    server,
    ledger,
    engine,
    async startWorker(env = {}) {
      const worker = await launchWorker({ ...environment, ...env })
      workers.add(worker)
      void worker.ended.then(() => workers.delete(worker))
      return worker
    },
    phix: (...words) => runPhix(words, environment),
    async start(runbook, inputs) {
      const request = { runbook, inputs, by: 'tester', requestId: `request-${++requests}` }
      const deadline = performance.now() + STARTED_MS
      for (;;) {
        try {
          const { decision, workflowId } = await engine.detector.start(CLUSTER, request)
          if (decision.kind === 'started' && workflowId !== null) return workflowId
          throw new Error(`${runbook} was not started: ${decision.message}`)
        } catch (error) {
          // The same request again: a worker that died under the call is no answer.
          if (!isAway(error) || performance.now() > deadline) throw error
        }
      }
    },
    follow: (workflowIds, answer) => followRuns(engine, workflowIds, answer),
    async startNode(name) {
      const control = createProcessControl({ ...controlOf(folder, ledger.file), cwd: null })
      const node = { name, address: NOWHERE, zone: null, aliases: [], spare: false }
      await control.start(node, AbortSignal.timeout(10_000))
    },
    pidsOf: (node) => pidsOf(join(folder, 'state'), node),
    async end() {
      await Promise.all([...workers].map((worker) => worker.kill()))
      await engine.close()
      await server.stop()
      await ledger.close()
      for (const { pid } of processesOf(folder)) tryToKill(pid)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Nodes that are one `sleep` each and write a line when they start. Nothing listens on them: no probe is asked. */
const inventoryOf = (nodes: readonly string[], folder: string, ledgerFile: string): Json => ({
  version: 1,
  acceptance: true,
  groups: [{ name: 'oncall', members: ['ada'] }],
  clusters: [
    {
      name: CLUSTER,
      nodes: nodes.map((name) => ({ name, address: NOWHERE })),
      services: [
        {
          name: 'app',
          members: nodes,
          control: controlOf(folder, ledgerFile),
        },
      ],
      heartbeat: { kind: 'tcp', intervalMs: 60_000 },
      guard: { runsInFlight: 1000, startsPerMinute: 10_000, override: { cooldownMs: 0, attempts: 1000 } },
    },
  ],
})

const controlOf = (folder: string, ledgerFile: string) =>
  ({
    kind: 'process',
    command: ['/bin/sh', '-c', 'echo "start $0" >> "$LEDGER"; exec sleep 86400', '{node}'],
    env: { LEDGER: ledgerFile },
    stateFolder: join(folder, 'state'),
    stopGraceMs: 2000,
  }) as const

async function launchWorker(env: NodeJS.ProcessEnv): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [bin, 'worker'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = collect(child)
  let isOver = false
  const ended = new Promise<NodeJS.Signals | number | null>((done) =>
    child.once('exit', (code, signal) => {
      isOver = true
      done(signal ?? code)
    }),
  )
  await until(() => isOver || said().includes('Working on'), READY_MS, said)
  if (isOver) throw new Error(`the worker ended before it worked:\n${said()}`)
  return {
    pid: child.pid ?? 0,
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (text += data.toString()))
  return () => text
}

async function runPhix(words: readonly string[], env: NodeJS.ProcessEnv): ReturnType<WorkerBench['phix']> {
  const child = spawn(process.execPath, [bin, ...words], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
}

const isAway = (error: unknown): boolean =>
  error instanceof Error && 'kind' in error && ['unreachable', 'not-found', 'stuck'].includes(String(error.kind))

const FINISHED_MS = 300_000

/** Follows runs of an engine to their end. */
export async function followRuns(
  engine: Engine,
  workflowIds: readonly string[],
  answer: (workflowId: string, gate: Gate) => Answer = (_, gate) => {
    throw new Error(`a gate opened that nobody expects: ${gate.id}: ${gate.message}`)
  },
): Promise<readonly End[]> {
  const asked = new Map<string, End['asked'][number][]>(workflowIds.map((id) => [id, []]))
  const ends = new Map<string, End>()
  const look = async (workflowId: string): Promise<void> => {
    const result = await engine.runResult(workflowId)
    if (result !== null) return void ends.set(workflowId, { workflowId, result, asked: asked.get(workflowId) ?? [] })
    for (const gate of (await engine.runState(workflowId)).gates) {
      const { verb, value } = answer(workflowId, gate)
      const said = { gate: gate.id, hash: gate.snapshotHash, by: 'ada', why: 'looked at the ledger' }
      await engine.say(workflowId, verb, value === undefined ? said : { ...said, value })
      asked.get(workflowId)?.push({ kind: gate.kind, gate: gate.id, said: verb })
    }
  }
  await until(
    async () => {
      const open = workflowIds.filter((id) => !ends.has(id))
      for (const id of open)
        await look(id).catch((error: unknown) => {
          if (!isAway(error)) throw error
        })
      return ends.size === workflowIds.length
    },
    FINISHED_MS,
    () => `open: ${workflowIds.filter((id) => !ends.has(id)).join(', ')}`,
  )
  return workflowIds.flatMap((id) => ends.get(id) ?? [])
}

/** By the variable that each controlled process carries in its environment. */
function pidsOf(stateFolder: string, node: string): readonly number[] {
  const slot = `PHIX_PROCESS=${stateFolder}#${node}\0`
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(slot)
      } catch {
        return false // it ended between the listing and this look
      }
    })
}

function tryToKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already, which is what was wanted.
  }
}
