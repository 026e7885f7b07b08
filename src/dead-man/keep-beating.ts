// The dead-man beat: a POST to somebody else's URL at an interval, for as long as Phix is alive. Whoever receives it calls
// people when it stops; nothing here can report its own death. What counts as alive: judge-life.ts.
import { judgeLife, type ClusterLife } from './judge-life.ts'
import type { BeatNote } from './beat-note.ts'

export interface BeatParts {
  readonly everyMs: number
  /** Where it goes, resolved anew each time: it may be a secret that was changed. */
  readonly url: () => Promise<string>
  /** Fails where the server does not answer. */
  readonly look: () => Promise<readonly ClusterLife[]>
  readonly noted: (note: BeatNote) => void
  /** Told once for each change between beating and not. */
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void }
  readonly version: string
  readonly now: () => number
}

export interface Beating {
  readonly sentAt: () => number | null
  stop(): void
}

const DEADLINE_MS = 5_000

/** Beats at once, then at every interval, until it is stopped. A beat is never sent for what could not be seen to live. */
export function keepBeating(parts: BeatParts): Beating {
  const { everyMs, log, noted, now } = parts
  let sentAt: number | null = null
  let before: string | null = null
  let isBusy = false
  const beat = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    const problem = await tryBeat(parts)
    isBusy = false
    if (problem === null) sentAt = now()
    if (problem !== null && problem !== before) log.warn({ problem }, 'no dead-man beat goes out')
    if (problem === null && before !== null) log.info({}, 'the dead-man beat goes out again')
    before = problem
    noted({ everyMs, sentAt, problem })
  }
  void beat()
  const timer = setInterval(() => void beat(), everyMs)
  timer.unref()
  return { sentAt: () => sentAt, stop: () => clearInterval(timer) }
}

/** Answers null where it went out, else why not. Never fails. */
async function tryBeat({ url, look, now, version }: BeatParts): Promise<string | null> {
  try {
    const clusters = await look()
    const problem = judgeLife(clusters, now())
    if (problem !== null) return problem
    const body = JSON.stringify({ v: 1, from: 'phix', version, at: now(), clusters: clusters.map(({ name }) => name) })
    const headers = { 'content-type': 'application/json', 'user-agent': 'phix' }
    const signal = AbortSignal.timeout(DEADLINE_MS)
    const answer = await fetch(await url(), { method: 'POST', body, headers, signal, redirect: 'manual' })
    await answer.body?.cancel()
    return answer.ok ? null : `the receiver answered ${answer.status}`
  } catch (error) {
    const { message, cause } = error as { message?: string; cause?: { code?: string } }
    return cause?.code ?? message ?? 'it could not be sent'
  }
}
