import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for work at most this long. Fails: with this sentence, when it takes longer; the work itself goes on. */
export async function within<T>(limitMs: number, sentence: string, work: Promise<T>): Promise<T> {
  const done = new AbortController()
  const late = sleep(limitMs, undefined, { signal: done.signal }).then(() => {
    throw new Error(sentence)
  })
  late.catch(() => undefined)
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    done.abort()
  }
}
