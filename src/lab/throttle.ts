// Starves one process: stops it most of the time. Ends by itself when that process has ended, and lets it go on when it
// is told to end, so that a throttle never outlives its use.
import { setTimeout as sleep } from 'node:timers/promises'
import { livingProcess, type ProcessRecord } from '../processes/process-record.ts'

const STOPPED_MS = 450
const RUNNING_MS = 50

/** Stops and continues the process until it ends or the signal aborts; it runs on afterwards. */
export async function throttle(record: ProcessRecord, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && livingProcess(record) !== null) {
    process.kill(record.pid, 'SIGSTOP')
    await sleep(STOPPED_MS, undefined, { signal }).catch(() => undefined)
    if (livingProcess(record) !== null) process.kill(record.pid, 'SIGCONT')
    await sleep(RUNNING_MS, undefined, { signal }).catch(() => undefined)
  }
}
