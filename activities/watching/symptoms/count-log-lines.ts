// Counts the new lines of log files that fit a pattern. A file is read from where it ended when it was first seen: what
// was written before is history. A file that was turned over is read from its beginning.
import { open, stat } from 'node:fs/promises'
import { compilePattern } from '../../../src/expressions/environment.ts'

/** More than this at once is skipped: a log that floods must not stop the watch. */
const MOST_BYTES = 1_048_576

interface Tail {
  inode: number
  offset: number
  rest: string
  /** When the lines that fitted were read, monotonic ms. */
  hits: number[]
}

/** Makes a counter; answers null where the file cannot be read, or the pattern is none. */
export function createLogCounter(
  clock: () => number,
): (file: string, pattern: string, windowMs: number) => Promise<number | null> {
  const tails = new Map<string, Tail>()
  return async (file, pattern, windowMs) => {
    const key = `${pattern}\n${file}`
    try {
      const { ino, size } = await stat(file)
      const known = tails.get(key)
      const tail = known ?? { inode: ino, offset: size, rest: '', hits: [] }
      tails.set(key, tail)
      if (tail.inode !== ino || size < tail.offset) Object.assign(tail, { inode: ino, offset: 0, rest: '' })
      const lines = await readNew(file, tail, size)
      const matcher = compilePattern(pattern)
      const nowMs = clock()
      const hits = lines.filter((line) => matcher.matcher(line).find()).map(() => nowMs)
      tail.hits = [...tail.hits, ...hits].filter((at) => at > nowMs - windowMs)
      return tail.hits.length
    } catch {
      return null
    }
  }
}

async function readNew(file: string, tail: Tail, size: number): Promise<readonly string[]> {
  if (size <= tail.offset) return []
  const from = Math.max(tail.offset, size - MOST_BYTES)
  const handle = await open(file)
  try {
    const buffer = Buffer.alloc(size - from)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
    tail.offset = from + bytesRead
    const lines = (tail.rest + buffer.toString('utf8', 0, bytesRead)).split('\n')
    tail.rest = lines.pop() ?? ''
    return lines
  } finally {
    await handle.close()
  }
}
