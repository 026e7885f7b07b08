// How a part tells the supervisor that it is ready: a small file with its pid. A note of another pid is an old one.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const LOOK_AGAIN_MS = 50
const noteOf = (dataFolder: string, part: string): string => join(dataFolder, 'parts', `${part}.ready`)

/** Says that this process is ready, and what the supervisor may print about it. */
export function writeReadyNote(dataFolder: string, part: string, text: string): void {
  const path = noteOf(dataFolder, part)
  mkdirSync(join(dataFolder, 'parts'), { recursive: true })
  writeFileSync(`${path}.draft`, JSON.stringify({ pid: process.pid, text }))
  renameSync(`${path}.draft`, path)
}

/** Answers the text of the note that the process with this pid left, once it has. */
export async function awaitReadyNote(
  dataFolder: string,
  part: string,
  pid: number,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    signal.throwIfAborted()
    const note = readNote(noteOf(dataFolder, part))
    if (note?.pid === pid) return note.text ?? ''
    await pause(LOOK_AGAIN_MS, undefined, { signal })
  }
}

function readNote(path: string): { pid?: number; text?: string } | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { pid?: number; text?: string }
  } catch {
    return null
  }
}
