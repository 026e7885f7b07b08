// Controls services that are plain processes of this machine: starts them as nobody's children, finds them again after
// everything else died, stops exactly them. Does not restart by itself: that is a runbook's decision.
import { spawn } from 'node:child_process'
import { mkdir, open, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childEnvironment } from '../config/child-environment.ts'
import type { Node, ProcessControlSpec } from '../inventory/inventory.ts'
import type { ServiceControl } from '../inventory/service-control.ts'
import { withClaim } from './claim.ts'
import { factsOf, processesWithVariable, type ProcessFacts } from './process-facts.ts'
import { livingProcess, readRecord, removeRecord, writeRecord, type ProcessRecord } from './process-record.ts'

const LOOK_AGAIN_MS = 20

/** Set in the environment of each started process to say whose it is. */
const SLOT_VARIABLE = 'PHIX_PROCESS'

/**
 * Makes the control of a service whose members are processes of this machine.
 * Why a variable in the child's environment: whoever dies between starting the process and recording it leaves a
 * process that no record names; it is found by that variable and adopted, never started a second time.
 */
export function createProcessControl(spec: ProcessControlSpec): ServiceControl {
  return {
    async status(node) {
      const running = await findRunning(spec, node)
      return { running: running !== null, pid: running?.pid ?? null }
    },

    start: (node, signal) =>
      inTurn(spec, node, signal, async () => {
        const running = await findRunning(spec, node)
        if (running !== null) {
          await writeRecord(recordPath(spec, node), running)
          return { started: false, pid: running.pid }
        }
        const pid = await launch(spec, node)
        // A process that has ended already has no facts: the next look finds nothing and that is right.
        const facts = factsOf(pid)
        if (facts !== null) await writeRecord(recordPath(spec, node), facts)
        return { started: true, pid }
      }),

    stop: (node, signal) =>
      inTurn(spec, node, signal, async () => {
        const running = await findRunning(spec, node)
        if (running === null) {
          // What is to be stopped and has died is stopped: its record would tell of a process that is missed.
          await removeRecord(recordPath(spec, node))
          return { stopped: false, forced: false }
        }
        const forced = await end(running, spec.stopGraceMs, signal)
        await removeRecord(recordPath(spec, node))
        return { stopped: true, forced }
      }),
  }
}

/** Starts and stops of one node happen one after the other, whichever process asks. */
async function inTurn<Answer>(
  spec: ProcessControlSpec,
  node: Node,
  signal: AbortSignal,
  work: () => Promise<Answer>,
): Promise<Answer> {
  await mkdir(spec.stateFolder, { recursive: true })
  return withClaim(spec.stateFolder, fileName(node), signal, work)
}

async function findRunning(spec: ProcessControlSpec, node: Node): Promise<ProcessFacts | null> {
  const record = await readRecord(recordPath(spec, node))
  const recorded = record === null ? null : livingProcess(record)
  return recorded ?? (await findOrphan(spec, node))
}

/** Finds the process that was started for this node and never recorded; what it started itself leads no group. */
async function findOrphan(spec: ProcessControlSpec, node: Node): Promise<ProcessFacts | null> {
  const slot = await slotOf(spec, node)
  if (slot === null) return null
  const marked = processesWithVariable(`${SLOT_VARIABLE}=${slot}`)
  return marked.find(({ pid, groupId, state }) => pid === groupId && state !== 'zombie') ?? null
}

async function launch(spec: ProcessControlSpec, node: Node): Promise<number> {
  const [program, ...args] = spec.command.map((argument) => fillIn(argument, node))
  if (program === undefined)
    throw new Error(`the command of \`${node.name}\` is empty; name a program in the inventory`)
  const log = await open(join(spec.stateFolder, `${fileName(node)}.log`), 'a')
  try {
    const slot = (await slotOf(spec, node)) ?? ''
    const child = spawn(program, args, {
      cwd: spec.cwd ?? undefined,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: childEnvironment({ ...spec.env, [SLOT_VARIABLE]: slot }),
    })
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.unref()
    return Number(child.pid)
  } catch (cause) {
    throw new Error(`\`${program}\` could not be started for \`${node.name}\`; check the command in the inventory`, {
      cause,
    })
  } finally {
    await log.close()
  }
}

/** Asks the process to end, then makes its whole group; answers whether it had to be made. */
async function end(record: ProcessRecord, graceMs: number, signal: AbortSignal): Promise<boolean> {
  send(record, 'SIGTERM')
  if (await isGoneWithin(record, graceMs, signal)) return false
  // The kernel ends a stopped process too: only SIGKILL needs nobody to listen.
  send(record, 'SIGKILL')
  while (!(await isGoneWithin(record, LOOK_AGAIN_MS, signal)));
  return true
}

async function isGoneWithin(record: ProcessRecord, ms: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + ms
  while (livingProcess(record) !== null) {
    if (performance.now() >= deadline) return false
    await sleep(LOOK_AGAIN_MS, undefined, { signal })
  }
  return true
}

function send(record: ProcessRecord, name: 'SIGTERM' | 'SIGKILL'): void {
  const living = livingProcess(record)
  if (living === null) return
  // Asking is for the leader, who knows how to end its own; making is for all of them.
  const whom = name === 'SIGKILL' && living.groupId === living.pid ? -living.pid : living.pid
  try {
    process.kill(whom, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function fillIn(argument: string, node: Node): string {
  const url = new URL(node.address)
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const values: Readonly<Record<string, string>> = { node: node.name, port, address: node.address }
  return argument.replace(/\{(node|port|address)\}/g, (_, word: string) => values[word] ?? '')
}

/** Names the node's place among all processes of the machine; null while its folder does not exist. */
async function slotOf(spec: ProcessControlSpec, node: Node): Promise<string | null> {
  const folder = await realpath(spec.stateFolder).catch(() => null)
  return folder === null ? null : `${folder}#${node.name}`
}

const recordPath = (spec: ProcessControlSpec, node: Node): string => join(spec.stateFolder, `${fileName(node)}.json`)

/** The name goes into paths, so that it must be no path itself. */
function fileName(node: Node): string {
  if (/^\w[\w.-]*$/.test(node.name)) return node.name
  throw new Error(`\`${node.name}\` cannot name a file; use letters, digits, \`-\`, \`_\` and \`.\` in node names`)
}
