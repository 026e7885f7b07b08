// A request that is queued behind another run: waits for the detector to start it or to give it up.
import type { Decision } from '../guard/protocol.ts'
import type { Engine } from '../temporal/engine.ts'
import { CliError, isEngineError } from './cli-error.ts'
import { formatDuration } from './format-time.ts'
import type { Io } from './io.ts'

export const isQueued = ({ kind, reason }: Decision): boolean => kind === 'held' && reason === 'queued'

const LOOK_MS = 1_000

/** Answers the decision that ends the waiting; null where the person went away first. Fails: timedOut. */
export async function awaitStart(
  engine: Engine,
  io: Io,
  cluster: string,
  requestId: string,
  timeoutMs: number,
): Promise<Decision | null> {
  const abort = new AbortController()
  const stopListening = io.onInterrupt(() => abort.abort())
  const deadline = io.now() + timeoutMs
  try {
    while (io.now() < deadline) {
      await io.sleep(LOOK_MS, abort.signal)
      if (abort.signal.aborted) return null
      const decision = await lastDecision(engine, cluster, requestId)
      if (decision !== null && !isQueued(decision)) return decision
    }
    throw new CliError(
      'timedOut',
      `It has not started within ${formatDuration(timeoutMs)}.`,
      'It stays queued and may start later; see what holds it with: phix list --open',
    )
  } finally {
    stopListening()
  }
}

/** A detector that cannot be asked now is asked again: the request is with it, and not lost. */
async function lastDecision(engine: Engine, cluster: string, requestId: string): Promise<Decision | null> {
  const state = await engine.detector.state(cluster).catch((error: unknown) => {
    if (isEngineError(error)) return null
    throw error
  })
  const own = (state?.decisions ?? []).filter(
    ({ trigger }) => trigger.kind === 'person' && trigger.requestId === requestId,
  )
  return own.at(-1) ?? null
}
