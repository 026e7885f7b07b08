import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { longRunbook } from '../long-runbook.ts'
import { absoluteRow, inMs, median, type Row } from '../row.ts'

const PROGRAM = fileURLToPath(new URL('../programs/compile.mjs', import.meta.url))
const STEPS = 500
const PROCESSES = 7
const LONG_LIMIT_MS = 300
const SHIPPED_LIMIT_MS = 1_000

interface Took {
  readonly ms: number
  readonly cpuMs: number
}

/** Compiling, in processes of their own: the first runbook of a process is the one that `phix check` waits for. */
export function compileRows(): readonly Row[] {
  const text = longRunbook(STEPS)
  const long = times(() => inOwnProcess<{ first: Took; warm: Took }>(text))
  const shipped = times(() => inOwnProcess<Took & { runbooks: number }>(''))
  return [
    row(
      `compile of ${STEPS} steps, first of a process`,
      long.map(({ first }) => first),
      LONG_LIMIT_MS,
    ),
    row(
      `compile of ${STEPS} steps, warm`,
      long.map(({ warm }) => warm),
      LONG_LIMIT_MS,
    ),
    row(`compile of all ${shipped[0]?.runbooks} shipped runbooks, fresh process`, shipped, SHIPPED_LIMIT_MS),
  ]
}

function row(what: string, took: readonly Took[], limitMs: number): Row {
  const made = absoluteRow(what, median(took.map(({ ms }) => ms)), limitMs, inMs)
  return { ...made, measured: `${made.measured}, CPU ${inMs(median(took.map(({ cpuMs }) => cpuMs)))}` }
}

const times = <T>(work: () => T): readonly T[] => Array.from({ length: PROCESSES }, work)

function inOwnProcess<T>(input: string): T {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM], { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the compiler's own process ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as T
}
