// What a node writes: a line for each answer, in a folder with a quota. Usage is measured by looking at the files.
import { appendFileSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ROTATE_AT_BYTES = 262_144

export function usedBytes(folder: string): number {
  return readdirSync(folder)
    .map((file) => statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0)
}

/** Appends a line. Fails where the folder would grow beyond its quota. */
export function appendLine(folder: string, file: string, line: string, quotaBytes: number): void {
  mkdirSync(folder, { recursive: true })
  if (usedBytes(folder) + line.length > quotaBytes)
    throw new Error(`no space left in \`${folder}\` (${quotaBytes} bytes)`)
  const path = join(folder, file)
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_AT_BYTES) renameSync(path, `${path}.1`)
  appendFileSync(path, line)
}
