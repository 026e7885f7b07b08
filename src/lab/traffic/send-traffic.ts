// The lab's clients: real requests at a steady rate, whatever comes back. It keeps its own counts, so that a test can
// see the world as clients do, without asking Phix or the balancer.
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ask } from '../ask.ts'
import { trafficFile, trafficLog, type LabLayout } from '../layout.ts'
import { writeWhole } from '../write-whole.ts'

const RATE_PER_SECOND = 20
const TIMEOUT_MS = 5_000
const ROTATE_AT_BYTES = 2_097_152
/** What clients ask for, in turn. */
const MIX = [
  { path: '/api/generate', body: JSON.stringify({ model: 'lab', prompt: 'Why is the sky blue?' }) },
  { path: '/api/tags', body: null },
  { path: '/api/generate', body: JSON.stringify({ model: 'lab', prompt: 'Name a colour.' }) },
  { path: '/api/version', body: null },
] as const

/** Since the lab was made, over all restarts. */
export interface TrafficCounts {
  readonly sent: number
  readonly ok: number
  readonly failed: number
}

export function sendTraffic(layout: LabLayout): void {
  const file = trafficFile(layout.folder)
  mkdirSync(dirname(file), { recursive: true })
  const total = { ...readCounts(file) }
  let second = { sent: 0, ok: 0, failed: 0 }
  let turn = 0

  async function sendOne(): Promise<void> {
    const { path, body } = MIX[turn++ % MIX.length] ?? MIX[0]
    const sending = second
    total.sent += 1
    sending.sent += 1
    const request = body === null ? {} : { method: 'POST', body }
    const ok = await ask(`${layout.entryUrl}${path}`, { ...request, timeoutMs: TIMEOUT_MS }).then(
      ({ status }) => status >= 200 && status < 300,
      () => false,
    )
    const outcome = ok ? 'ok' : 'failed'
    total[outcome] += 1
    second[outcome] += 1
  }

  setInterval(() => void sendOne(), 1_000 / RATE_PER_SECOND)
  setInterval(() => {
    append(trafficLog(layout.folder), `${JSON.stringify({ at: new Date().toISOString(), ...second })}\n`)
    second = { sent: 0, ok: 0, failed: 0 }
    writeWhole(file, `${JSON.stringify(total)}\n`)
  }, 1_000)
}

/** Reads the counts of a lab's traffic; zeros before the first. */
export function readCounts(file: string): TrafficCounts {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TrafficCounts
  } catch {
    return { sent: 0, ok: 0, failed: 0 }
  }
}

function append(path: string, line: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_AT_BYTES) renameSync(path, `${path}.1`)
  appendFileSync(path, line)
}
