// What the last beat was, for whoever asks for the status of this machine: a small file, written whole.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface BeatNote {
  readonly everyMs: number
  /** Epoch ms; null: none has gone out. */
  readonly sentAt: number | null
  /** Why the newest one did not go out; null where it did. */
  readonly problem: string | null
}

const fileOf = (dataFolder: string): string => join(dataFolder, 'parts', 'dead-man.json')

export function writeBeatNote(dataFolder: string, note: BeatNote): void {
  mkdirSync(join(dataFolder, 'parts'), { recursive: true })
  const draft = `${fileOf(dataFolder)}.${process.pid}.draft`
  writeFileSync(draft, JSON.stringify(note))
  renameSync(draft, fileOf(dataFolder))
}

/** Answers the newest note; null where there is none. */
export function readBeatNote(dataFolder: string): BeatNote | null {
  try {
    return JSON.parse(readFileSync(fileOf(dataFolder), 'utf8')) as BeatNote
  } catch {
    return null
  }
}
