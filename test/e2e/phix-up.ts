// `phix up` as a stranger runs it, in a data folder of its own, and the world around it as seen past Phix: process
// table, sockets, files, the balancer's own counts.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { readAddresses, writeAddresses } from '../../src/config/addresses.ts'
import { freePort } from '../../src/config/free-port.ts'
import { layOut, type LabLayout } from '../../src/lab/layout.ts'
import { readLayout, writeLayout } from '../../src/lab/layout-file.ts'
import { freePorts } from '../lab/lab-on-free-ports.ts'

const root = resolve(import.meta.dirname, '../..')
const bin = join(root, 'bin', 'phix')
const UP_MS = 90_000
const DOWN_MS = 40_000

export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface PhixUp {
  readonly dataFolder: string
  readonly runbooksFolder: string
  /** Everything that `phix up` has printed so far. */
  readonly said: () => string
  /** Runs one `bin/phix …` to its end, as typed in a second terminal. */
  phix(...words: string[]): Promise<Said>
  /** The same with `--json`, parsed. */
  json<T>(...words: string[]): Promise<T>
  /** host:port of its Temporal server. */
  readonly temporalAddress: () => string
  readonly supervisorPid: () => number
  /** SIGKILL of the supervisor alone. */
  killSupervisor(): Promise<void>
  /** Pid of `worker`, `server` or `temporal`, from the process table. */
  partPid(part: 'worker' | 'serve' | 'temporal'): number | null
  /** Starts it again in the same folder. */
  again(): Promise<void>
  /** Ctrl-C, and what is left of its processes afterwards. */
  down(): Promise<readonly number[]>
  /** Ends whatever is left and removes the folder. */
  remove(): Promise<void>
  world: World
}

/** The lab, past Phix. */
export interface World {
  /** Pid of a node's process from the process table; null where none runs. */
  nodePid(node: string): number | null
  /** Base URL of its HTTP API. */
  nodeAddress(node: string): string
  /** Does its port answer healthy? */
  isHealthy(node: string): Promise<boolean>
  backends(): Promise<readonly { readonly name: string; readonly state: 'in' | 'out'; readonly requests: number }[]>
  /** Successful share of the last `windowMs` of real requests. */
  successRate(windowMs: number): Promise<number | null>
  /** The last `windowMs` of each node's real requests. */
  served(windowMs: number): Promise<Readonly<Record<string, Served>>>
  /** When each of its processes began to listen, by its own log: epoch ms. */
  startsOf(node: string): readonly number[]
}

export interface Served {
  readonly count: number
  readonly errors: number
  /** What nine of ten waited for at most. */
  readonly p90_ms: number
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly runbooksFolder?: string
  /** Writes what must be in the data folder before the first start. */
  readonly prepare?: (dataFolder: string) => void
  /** Writes the inventory; by default `phix lab up` does. */
  readonly inventory?: (layout: LabLayout) => string | Promise<string>
}

export async function startPhix({
  env = {},
  runbooksFolder = join(root, 'runbooks'),
  prepare = () => undefined,
  inventory,
}: Options = {}): Promise<PhixUp> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'phix-e2e-'))
  prepare(dataFolder)
  await useFreePorts(dataFolder)
  const layout = readLayout(join(dataFolder, 'lab'))
  if (inventory !== undefined && layout !== null)
    writeFileSync(join(dataFolder, 'inventory.yaml'), await inventory(layout))
  const environment = {
    ...process.env,
    PHIX_DATA_FOLDER: dataFolder,
    PHIX_RUNBOOKS_FOLDER: runbooksFolder,
    PHIX_PERSON: 'tester',
    NO_COLOR: '1',
    ...env,
  }
  let child: ChildProcess
  let output = ''

  const launch = async (): Promise<void> => {
    output = ''
    child = spawn(process.execPath, [bin, 'up'], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr?.on('data', (data: Buffer) => (output += data.toString()))
    const ended = new Promise<never>((_, reject) =>
      child.once('exit', (code) => reject(new Error(`phix up ended with ${code}:\n${output}`))),
    )
    ended.catch(() => {}) // an end that is wanted later is no error
    await Promise.race([
      until(
        () => output.includes('Ctrl-C stops everything'),
        UP_MS,
        () => output,
      ),
      ended,
    ])
  }
  const phix = (...words: string[]): Promise<Said> => run([bin, ...words], environment)
  await launch()
  return {
    dataFolder,
    runbooksFolder,
    said: () => output,
    phix,
    async json<T>(...words: string[]) {
      const { stdout, stderr, code } = await phix(...words, '--json')
      if (stdout.trim() === '') throw new Error(`\`phix ${words.join(' ')}\` ended with ${code}: ${stderr}`)
      return JSON.parse(stdout) as T
    },
    temporalAddress: () => readAddresses(dataFolder)?.temporal.address ?? '',
    supervisorPid: () => child.pid ?? 0,
    killSupervisor: () => kill(child, 'SIGKILL'),
    partPid: (part) =>
      processesOf(dataFolder).find(({ command }) =>
        part === 'temporal' ? command.includes('start-dev') : command.includes(part),
      )?.pid ?? null,
    again: launch,
    async down() {
      child.kill('SIGINT')
      await until(
        () => child.exitCode !== null || child.signalCode !== null,
        DOWN_MS,
        () => output,
      )
      return processesOf(dataFolder).map(({ pid }) => pid)
    },
    async remove() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGINT')
        await until(
          () => child.exitCode !== null || child.signalCode !== null,
          DOWN_MS,
          () => output,
        ).catch(() => {})
      }
      child.kill('SIGKILL')
      for (const { pid } of processesOf(dataFolder)) process.kill(pid, 'SIGKILL')
      rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 })
    },
    world: worldOf(dataFolder),
  }
}

/** As if it had run before on ports that nobody else uses: the usual ones may be another test's at any moment. */
export async function useFreePorts(dataFolder: string): Promise<void> {
  const [rpc, ui, server] = await Promise.all([freePort(), freePort(), freePort()])
  writeAddresses(dataFolder, {
    temporal: { address: `127.0.0.1:${rpc}`, uiAddress: `http://127.0.0.1:${ui}` },
    server: { host: '127.0.0.1', port: server },
  })
  writeLayout(layOut(join(dataFolder, 'lab'), await freePorts()))
}

function worldOf(dataFolder: string): World {
  const cluster = (): LabCluster =>
    (parse(readFileSync(join(dataFolder, 'inventory.yaml'), 'utf8')) as { clusters: [LabCluster] }).clusters[0]
  const admin = (): string => cluster().services[0].balancer.admin
  const nodeAddress = (node: string): string => cluster().nodes.find(({ name }) => name === node)?.address ?? ''
  return {
    nodeAddress,
    nodePid: (node) =>
      processesOf(dataFolder).find(({ command }) => command.includes('lab-node') && command.includes(node))?.pid ??
      null,
    async isHealthy(node) {
      const answer = await fetch(`${nodeAddress(node)}/api/v1/health`, { signal: AbortSignal.timeout(1000) }).catch(
        () => null,
      )
      return answer?.status === 200
    },
    async backends() {
      const answer = await fetch(`${admin()}/backends`)
      return ((await answer.json()) as { backends: Awaited<ReturnType<World['backends']>> }).backends
    },
    async successRate(windowMs) {
      const answer = await fetch(`${admin()}/stats?window=${windowMs}`)
      return ((await answer.json()) as { success_rate: number | null }).success_rate
    },
    async served(windowMs) {
      const answer = await fetch(`${admin()}/stats?window=${windowMs}`)
      return ((await answer.json()) as { by: Readonly<Record<string, Served>> }).by
    },
    startsOf(node) {
      const log = readFileSync(join(dataFolder, 'lab', 'processes', `${node}.log`), 'utf8')
      return log
        .split('\n')
        .flatMap((line) => (line.includes(` ${node} listens on `) ? [Date.parse(line.split(' ')[0] ?? '')] : []))
    },
  }
}

interface LabCluster {
  readonly nodes: readonly { readonly name: string; readonly address: string }[]
  readonly services: readonly [{ readonly balancer: { readonly admin: string } }]
}

/** Lists the living processes that name this folder in their arguments or carry it in their environment. */
export function processesOf(folder: string): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0 && pid !== process.pid)
    .flatMap((pid) => {
      const command = readProc(pid, 'cmdline')
      const state = /^\d+ \(.*\) (\S)/s.exec(readProc(pid, 'stat'))?.[1]
      if (command === '' || state === 'Z' || state === undefined) return []
      if (!command.includes(folder) && !readProc(pid, 'environ').includes(folder)) return []
      return [{ pid, command: command.replaceAll('\0', ' ') }]
    })
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // it ended between the listing and this look
  }
}

function run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
  const child = spawn(process.execPath, words, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
}

function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done()
    child.once('exit', () => done())
    child.kill(signal)
  })
}

const LOOK_EVERY_MS = 100

/** Resolves once the condition holds; rejects with what was last seen when it does not in time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  seen: () => string = () => '',
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${holds.toString()}\n${seen()}`)
    await new Promise((next) => setTimeout(next, LOOK_EVERY_MS))
  }
}

export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
