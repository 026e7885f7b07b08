// Keeps one part running: starts it, says when it is up, starts it again when it dies, ends it when told to.
// A part is started like any process that Phix controls, so that one left over from a killed supervisor is found by pid
// and start mark and never doubled. Read next: up.ts (which parts, in which order).
import { setTimeout as pause } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryPort } from '../config/free-port.ts'
import type { Node } from '../inventory/inventory.ts'
import { createProcessControl } from '../processes/process-control.ts'

export interface PartSpec {
  readonly name: string
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /**
   * Ports of 127.0.0.1 that are to be its own.
   * Why checked before the start: a stranger's server on one of them would answer as if it were ours.
   */
  readonly ports: readonly number[]
  /** Resolves with what to say once the process with this pid is of use. */
  readonly ready: (pid: number, signal: AbortSignal) => Promise<string>
  /** SIGTERM, then SIGKILL after this. */
  readonly stopGraceMs: number
}

export interface Part {
  /** Resolves when it is up for the first time. */
  readonly up: Promise<void>
  /** Ends it and resolves once it is gone. */
  readonly stop: () => Promise<void>
  /** SIGKILL, without waiting. */
  readonly kill: () => void
}

const LOOK_AGAIN_MS = 100
const SETTLES_MS = 200
const BACKOFF_MS = { first: 200, most: 10_000 }
/** A part that lived this long died of something new: the backoff begins again. */
const SETTLED_MS = 30_000

/** Starts a part and keeps it running. `folder` holds its record and its log. */
export function supervise(spec: PartSpec, folder: string, say: (line: string) => void): Part {
  const ending = new AbortController()
  const control = controlOf(spec, folder)
  const node = asNode(spec.name)
  let announce: () => void
  const up = new Promise<void>((resolve) => (announce = resolve))
  let pid = 0

  const live = async (): Promise<void> => {
    await portsAreFree(spec)
    pid = (await control.start(node, ending.signal)).pid
    const gone = new AbortController()
    const either = AbortSignal.any([gone.signal, ending.signal])
    const ready = spec.ready(pid, either).then(
      async (text) => {
        // What cannot listen ends at once; then it was another that answered.
        await calmly(SETTLES_MS, either)
        if (either.aborted || (await control.status(node)).pid !== pid) return
        say(lineOf(spec.name, text))
        announce()
      },
      (error: unknown) => {
        if (!either.aborted) say(lineOf(spec.name, `runs, but is not of use: ${messageOf(error)}`))
      },
    )
    while (!ending.signal.aborted && (await control.status(node)).pid === pid)
      await calmly(LOOK_AGAIN_MS, ending.signal)
    gone.abort()
    await ready
  }

  const keep = async (): Promise<void> => {
    for (let backoffMs = BACKOFF_MS.first; !ending.signal.aborted;) {
      const began = Date.now()
      const problem = await live().then(() => lastLogLine(folder, spec.name), messageOf)
      if (ending.signal.aborted) return
      if (Date.now() - began > SETTLED_MS) backoffMs = BACKOFF_MS.first
      say(
        lineOf(spec.name, `ended; starting it again${backoffMs < 1000 ? '' : ` in ${backoffMs / 1000} s`}. ${problem}`),
      )
      await calmly(backoffMs, ending.signal)
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MS.most)
    }
  }
  const kept = keep()
  return {
    up,
    async stop() {
      ending.abort()
      await kept
      await control.stop(node, new AbortController().signal)
    },
    kill() {
      ending.abort()
      try {
        if (pid !== 0) process.kill(pid, 'SIGKILL')
      } catch {
        // It is gone already, which is what was wanted.
      }
    },
  }
}

async function portsAreFree({ name, ports }: PartSpec): Promise<void> {
  for (const port of ports) {
    if ((await tryPort(port)) !== null) continue
    throw new Error(
      `Port ${port} is taken by another program, so ${name} cannot start. Free it, or stop this with Ctrl-C and start again: another port is chosen then.`,
    )
  }
}

/** Ends what an earlier supervisor left running; answers whether there was something. */
export async function endLeftover(spec: PartSpec, folder: string): Promise<boolean> {
  const { stopped } = await controlOf(spec, folder).stop(asNode(spec.name), new AbortController().signal)
  return stopped
}

const controlOf = (spec: PartSpec, folder: string) =>
  createProcessControl({
    kind: 'process',
    command: spec.command,
    cwd: spec.cwd,
    env: spec.env,
    stateFolder: folder,
    stopGraceMs: spec.stopGraceMs,
  })

/** A part is no node of a cluster; the process control knows processes by a node's name alone. */
const asNode = (name: string): Node => ({ name, address: 'http://127.0.0.1:1', zone: null, aliases: [], spare: false })

export const lineOf = (name: string, text: string): string => `${name.padEnd(9)} ${text}`

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function lastLogLine(folder: string, name: string): string {
  const path = join(folder, `${name}.log`)
  try {
    const last = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LAST_LINES)
    // Our own verbs say what failed first, then what to do.
    const telling = last.findLast((line) => line.startsWith('phix: ')) ?? last.at(-1) ?? ''
    return `Its log ends with: ${messageIn(telling).slice(0, 200)}`
  } catch {
    return `Its log is \`${path}\`.`
  }
}
const LAST_LINES = 4

/** A line of our own log is JSON; a person wants its message. */
function messageIn(line: string): string {
  try {
    return (JSON.parse(line) as { msg?: string }).msg ?? line
  } catch {
    return line
  }
}

/** Waits, and no longer than until the end is called. */
const calmly = (ms: number, signal: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined)
