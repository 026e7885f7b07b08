// A file's meaning, read again when the file changes; the last good one stays while the file is bad.
import { statSync } from 'node:fs'

export interface Fresh<T> {
  readonly current: () => T
  readonly stop: () => void
}

const LOOK_MS = 1000

/** Reads at once (fails where the first reading does), then looks for changes. */
export async function keepFresh<T>(
  path: string,
  read: (path: string) => Promise<T>,
  told: { changed(value: T): void; bad(error: unknown): void },
): Promise<Fresh<T>> {
  let mark = markOf(path)
  let current = await read(path)
  const look = async (): Promise<void> => {
    const now = markOf(path)
    if (now === mark) return
    mark = now
    try {
      current = await read(path)
      told.changed(current)
    } catch (error) {
      told.bad(error)
    }
  }
  const timer = setInterval(() => void look(), LOOK_MS)
  timer.unref()
  return { current: () => current, stop: () => clearInterval(timer) }
}

function markOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return 'missing'
  }
}
