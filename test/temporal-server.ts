// A real Temporal dev server for tests: own ports, own database file, the settings that production's embedded one has.
// The binary comes from TEMPORAL_CLI_PATH; without it a test is skipped by name, or fails where CI is set.
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { freePort } from '../src/config/free-port.ts'
import { awaitDevServer, spawnDevServer, type DevServerSpec } from '../src/temporal/dev-server.ts'

export interface TestServer {
  readonly address: string
  readonly namespace: string
  readonly uiAddress: string | null
  /** Pid of the running server process. */
  pid(): number
  /** SIGKILL; resolves once the process is gone. */
  kill(): Promise<void>
  /** Starts it again on the same ports and database file. */
  restart(): Promise<void>
  /** Ends it and removes its files. Safe to call twice. */
  stop(): Promise<void>
}

const READY_MS = 20_000
const ATTEMPTS = 3

/** Path of the Temporal CLI, or null. */
export const temporalCli = process.env['TEMPORAL_CLI_PATH'] || null

/** `describe` for suites that need a server: a named skip without the CLI, a failure under CI. */
export function describeWithTemporal(title: string, suite: () => void): void {
  if (temporalCli !== null || process.env['CI']) describe(title, suite)
  else describe.skip(`${title} (needs the Temporal CLI: set TEMPORAL_CLI_PATH)`, suite)
}

/** Starts a server that is ready: it answers, and the search attributes are registered. */
export async function startTestServer({ ui = false }: { readonly ui?: boolean } = {}): Promise<TestServer> {
  if (temporalCli === null) throw new Error('set TEMPORAL_CLI_PATH to the Temporal CLI; these tests run a real server')
  const binary = temporalCli
  const folder = mkdtempSync(join(tmpdir(), 'phix-temporal-'))
  const logFile = join(folder, 'server.log')
  let child: ChildProcess
  // The last resort where a test file dies before its afterAll: the server is nobody's child.
  process.once('exit', () => child.kill('SIGKILL'))

  const launch = async (spec: DevServerSpec): Promise<void> => {
    const ended = new AbortController()
    child = spawnDevServer(binary, spec, logFile)
    child.once('exit', (code) => ended.abort(new Error(`the server ended (${code}): ${readFileSync(logFile, 'utf8')}`)))
    await awaitDevServer(spec, READY_MS, ended.signal)
  }
  const choose = async (): Promise<DevServerSpec> => ({
    port: await freePort(),
    uiPort: ui ? await freePort() : null,
    databaseFile: join(folder, 'temporal.db'),
    namespace: 'default',
  })
  // Another process may take a port between the choice and the start; then others are chosen.
  const launchSomewhere = async (attempt = 1): Promise<DevServerSpec> => {
    const spec = await choose()
    try {
      await launch(spec)
      return spec
    } catch (error) {
      await end(child, 'SIGKILL')
      if (attempt === ATTEMPTS) throw error
      return launchSomewhere(attempt + 1)
    }
  }
  const spec = await launchSomewhere()
  return {
    address: `127.0.0.1:${spec.port}`,
    namespace: spec.namespace,
    uiAddress: spec.uiPort === null ? null : `http://127.0.0.1:${spec.uiPort}`,
    pid: () => child.pid ?? 0,
    kill: () => end(child, 'SIGKILL'),
    restart: () => launch(spec),
    stop: async () => {
      await end(child, 'SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const TERM_GRACE_MS = 5000

/** Ends a process and resolves once it is gone; SIGKILL where SIGTERM is not heard. */
function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve()
    const force = setTimeout(() => child.kill('SIGKILL'), TERM_GRACE_MS)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill(signal)
  })
}
