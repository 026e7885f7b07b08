import { setTimeout as sleep } from 'node:timers/promises'

/** A driver that was told to stop gets this long to do so. */
const GRACE_MS = 800

/** What `untilSettled` rejects with when the work did not stop in time; it may still go on. */
export class StillRunning extends Error {
  constructor() {
    super('the work did not stop when it was told to')
    this.name = 'StillRunning'
  }
}

/**
 * Waits for work that was given this signal; once the signal aborts, only a moment longer.
 * Why: an attempt must end within a second of its cancellation, also where a driver forgot to listen.
 */
export async function untilSettled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const finished = new AbortController()
  const gaveUp = aborted(signal, finished.signal).then(async () => {
    await sleep(GRACE_MS, undefined, { signal: finished.signal })
    throw new StillRunning()
  })
  try {
    return await Promise.race([work, gaveUp])
  } finally {
    finished.abort()
    gaveUp.catch(() => undefined)
    work.catch(() => undefined)
  }
}

const aborted = (signal: AbortSignal, finished: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true, signal: finished })
  })
