// The record of a started process: `{pid, startMark}` in `<stateFolder>/<name>.json`. A pid alone names nobody, because
// the system gives it to another process later; only pid and start mark together are acted on.
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { factsOf, type ProcessFacts } from './process-facts.ts'

export interface ProcessRecord {
  readonly pid: number
  readonly startMark: string
}

/** Answers the facts of the recorded process while it lives; null where it is gone, a zombie, or another one. */
export function livingProcess(record: ProcessRecord): ProcessFacts | null {
  const facts = factsOf(record.pid)
  return facts !== null && facts.startMark === record.startMark && facts.state !== 'zombie' ? facts : null
}

/** Reads a record; null where there is none or it cannot be understood: the process is then found by its mark. */
export async function readRecord(path: string): Promise<ProcessRecord | null> {
  try {
    const { pid, startMark } = JSON.parse(await readFile(path, 'utf8')) as Partial<ProcessRecord>
    return Number.isInteger(pid) && typeof startMark === 'string' ? { pid: Number(pid), startMark } : null
  } catch {
    return null
  }
}

/** Writes a record whole or not at all. */
export async function writeRecord(path: string, { pid, startMark }: ProcessRecord): Promise<void> {
  const draft = `${path}.${process.pid}.draft`
  await writeFile(draft, `${JSON.stringify({ pid, startMark })}\n`)
  await rename(draft, path)
}

export const removeRecord = (path: string): Promise<void> => rm(path, { force: true })
