import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { unavailable } from '../wrapping/action-failure.ts'

export interface Tail {
  readonly lines: readonly string[]
  readonly truncated: boolean
}

/** Answers the last lines of a node's log, read from its end, at most this many bytes. Fails: unavailable. */
export async function readTail(folder: string, node: string, lines: number, maxBytes: number): Promise<Tail> {
  const path = join(folder, `${node}.log`)
  const root = await realpath(folder).catch(() => folder)
  const file = await realpath(path).catch(() => null)
  if (file === null) throw unavailable(`\`${node}\` has no log file yet: nothing started it here`)
  // A node's name or a link must not lead to another file.
  if (!file.startsWith(root + sep))
    throw unavailable(`the log of \`${node}\` lies outside of its folder and is not read`)
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const from = Math.max(0, size - maxBytes)
    const buffer = Buffer.alloc(size - from)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
    const read = buffer.subarray(0, bytesRead).toString('utf8').split('\n')
    if (read.at(-1) === '') read.pop()
    // The first line of a part may be half of one.
    const whole = from > 0 ? read.slice(1) : read
    return { lines: whole.slice(-lines), truncated: from > 0 || whole.length > lines }
  } finally {
    await handle.close()
  }
}
