// Files → sources. A file that cannot be read is a diagnostic like any other mistake.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { READ_LIMITS, type Source } from './1-read/read.ts'
import { diagnostic, type Diagnostic } from './diagnostics.ts'

/** Reads a file, at most one byte more than is allowed. Fails: RB101, as a result. */
export function readSource(path: string): Source | Diagnostic {
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    const stat = fstatSync(file)
    if (stat.isDirectory()) return unreadable(path, 'it is a directory')
    if (!stat.isFile()) return unreadable(path, 'it is no file')
    const buffer = Buffer.alloc(Math.min(stat.size, READ_LIMITS.fileBytes) + 1)
    let length = 0
    for (;;) {
      const got = readSync(file, buffer, length, buffer.length - length, null)
      if (got === 0) break
      length += got
      if (length === buffer.length) break
    }
    return { path, bytes: buffer.subarray(0, length) }
  } catch (error) {
    return unreadable(path, WORDS[(error as NodeJS.ErrnoException).code ?? ''] ?? (error as Error).message)
  } finally {
    if (file !== null) closeSync(file)
  }
}

export const isSource = (result: Source | Diagnostic): result is Source => 'bytes' in result

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
  ELOOP: 'its links go in a circle',
  ENOTDIR: 'a part of its path is no directory',
}

const unreadable = (path: string, why: string): Diagnostic =>
  diagnostic('RB101', { path, line: 1, column: 1, endLine: 1, endColumn: 1 }, { why })
