// The embedded Temporal server: its arguments as data, and its start. Not for production, which points at a cluster of
// its own (connection.ts). Read next: cli-binary.ts (where the program comes from).
import { spawn, type ChildProcess } from 'node:child_process'
import { openSync, closeSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { environment } from '../config/environment.ts'
import { registerSearchAttributes } from './search-attributes.ts'

export interface DevServerSpec {
  readonly port: number
  /** null: no web UI. */
  readonly uiPort: number | null
  readonly databaseFile: string
  readonly namespace: string
}

/**
 * Server settings that set the pace.
 * Why: with the defaults a step costs a flat 50 ms (20 polls a second of one shard) and no timer is shorter than 1 s
 * (temporal.md §13.0).
 */
const DYNAMIC_SETTINGS: Readonly<Record<string, string>> = {
  'history.transferProcessorMaxPollRPS': '1000',
  'history.timerProcessorMaxPollRPS': '1000',
  'history.visibilityProcessorMaxPollRPS': '1000',
  'history.timerProcessorMaxTimeShift': '"10ms"',
}

/** Answers the arguments of `temporal` for this server. */
export function devServerArguments({ port, uiPort, databaseFile, namespace }: DevServerSpec): readonly string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...(uiPort === null ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
    ...(uiPort === null ? [] : ['--ui-disable-news-fetch']),
    ...['--db-filename', databaseFile, '--namespace', namespace],
    ...['--log-format', 'json', '--log-level', 'warn'],
    ...Object.entries(DYNAMIC_SETTINGS).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
  ]
}

/** Starts the server with its output in a file. It is the leader of no group: who starts it ends it by pid. */
export function spawnDevServer(binary: string, spec: DevServerSpec, logFile: string): ChildProcess {
  mkdirSync(dirname(spec.databaseFile), { recursive: true })
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  try {
    // Detached, so that Ctrl-C in the terminal reaches only the supervisor, which ends the parts in order.
    return spawn(binary, devServerArguments(spec), {
      stdio: ['ignore', log, log],
      env: environment(),
      detached: true,
    })
  } finally {
    closeSync(log)
  }
}

const RETRY_MS = 50

/** Resolves once the server answers for its namespace and has the search attributes. Rejects at the deadline, or when the signal aborts. */
export async function awaitDevServer(spec: DevServerSpec, deadlineMs: number, signal?: AbortSignal): Promise<void> {
  const until = Date.now() + deadlineMs
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await prepareNamespace(spec)
    } catch (error) {
      if (Date.now() >= until) throw error
      await pause(RETRY_MS)
    }
  }
}

async function prepareNamespace({ port, namespace }: DevServerSpec): Promise<void> {
  const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 1000 })
  try {
    await connection.workflowService.describeNamespace({ namespace })
    await registerSearchAttributes(connection, namespace)
  } finally {
    await connection.close()
  }
}
