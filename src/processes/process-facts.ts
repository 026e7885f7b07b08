// What the operating system says about a pid: /proc on Linux, `ps` elsewhere. Read next: process-record.ts.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'

export interface ProcessFacts {
  readonly pid: number
  /** Names this very process: a pid that was given to another one later has another mark. */
  readonly startMark: string
  readonly groupId: number
  readonly state: 'running' | 'stopped' | 'zombie'
}

const hasProc = existsSync('/proc/self/stat')

/** Answers the facts of a process; null where there is none. */
export const factsOf = (pid: number): ProcessFacts | null => (hasProc ? factsFromProc(pid) : factsFromPs(pid))

/** Lists the processes whose environment held this `NAME=value` when they started, as far as we may see. */
export function processesWithVariable(assignment: string): readonly ProcessFacts[] {
  const pids = hasProc ? pidsFromProc(assignment) : pidsFromPs(assignment)
  return pids.map(factsOf).filter((facts) => facts !== null)
}

function factsFromProc(pid: number): ProcessFacts | null {
  const text = readOrNull(`/proc/${pid}/stat`)
  if (text === null) return null
  // The second field is the program's name in brackets and may hold spaces and brackets itself (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [letter = '', , group = ''] = fields
  const startedAtTick = fields[19] ?? ''
  return { pid, startMark: `${bootId()}:${startedAtTick}`, groupId: Number(group), state: stateFrom(letter) }
}

/** Ticks count from the boot, so that only both together name a moment. */
const bootId = (): string => (readOrNull('/proc/sys/kernel/random/boot_id') ?? '').trim()

function pidsFromProc(assignment: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readOrNull(`/proc/${pid}/environ`)?.split('\0').includes(assignment) === true)
    .map(Number)
}

function factsFromPs(pid: number): ProcessFacts | null {
  const line = ps(['-o', 'pgid=,stat=,lstart=', '-p', String(pid)])?.trim()
  const [, group, letter = '', started = ''] = /^(\d+)\s+(\S)\S*\s+(.+)$/.exec(line ?? '') ?? []
  if (group === undefined) return null
  return { pid, startMark: started, groupId: Number(group), state: stateFrom(letter) }
}

function pidsFromPs(assignment: string): number[] {
  return (ps(['-A', '-E', '-o', 'pid=,command=']) ?? '')
    .split('\n')
    .filter((line) => ` ${line} `.includes(` ${assignment} `))
    .map((line) => Number.parseInt(line, 10))
}

function stateFrom(letter: string): ProcessFacts['state'] {
  if (letter === 'Z' || letter === 'X') return 'zombie'
  return letter === 'T' || letter === 't' ? 'stopped' : 'running'
}

function ps(args: readonly string[]): string | null {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' }, stdio: 'pipe' })
  } catch {
    return null // ps ends with 1 where no such process exists
  }
}

/** A process may end between two reads, and others' environments may be closed to us: both are "not seen". */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
