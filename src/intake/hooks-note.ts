// What the server says about its hooks to whoever asks for the status of this machine. A note of a dead process counts
// for nothing.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface HooksNote {
  readonly pid: number
  readonly hooks: readonly string[]
  /** Anybody on this machine is believed. */
  readonly insecure: boolean
}

const fileOf = (dataFolder: string): string => join(dataFolder, 'parts', 'hooks.json')

export function writeHooksNote(dataFolder: string, note: HooksNote): void {
  mkdirSync(join(dataFolder, 'parts'), { recursive: true })
  writeFileSync(`${fileOf(dataFolder)}.draft`, JSON.stringify(note))
  renameSync(`${fileOf(dataFolder)}.draft`, fileOf(dataFolder))
}

export const removeHooksNote = (dataFolder: string): void => rmSync(fileOf(dataFolder), { force: true })

/** Answers what the living server said; null where none lives. */
export function readHooksNote(dataFolder: string): HooksNote | null {
  try {
    const note = JSON.parse(readFileSync(fileOf(dataFolder), 'utf8')) as HooksNote
    process.kill(note.pid, 0)
    return note
  } catch {
    return null
  }
}
