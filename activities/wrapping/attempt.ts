// One attempt of an activity as our code sees it: one signal, one deadline, heartbeats by the clock. The only file that
// knows Temporal's activity context (its traps: temporal.md §4 and §13.5).
import { Context } from '@temporalio/activity'
import type { Json } from '../../src/plan/json.ts'

export interface Attempt {
  /** Counted from 1. */
  readonly number: number
  /** Aborts when Temporal wants the attempt to stop, for whatever reason, and at the deadline. */
  readonly signal: AbortSignal
  readonly limitMs: number
  /** Temporal asked for the end: cancel, pause, reset, shutdown, or the server has forgotten it. */
  isCalledOff(): boolean
  isOverdue(): boolean
  /** What the next heartbeats tell. */
  tell(details: Json): void
  /** Rejects with what Temporal expects to see of an attempt that was called off; never resolves. */
  calledOff(): Promise<never>
  close(): void
}

/** Heartbeats come this many times per heartbeat timeout, so that one lost beat is no dead worker. */
const BEATS_PER_TIMEOUT = 4
const SHORTEST_BEAT_MS = 100

/** Our own deadline comes this share before Temporal's, so that the person reads our sentence and not a bare timeout. */
const MARGIN = 0.1
const LONGEST_MARGIN_MS = 500

/** Begins an attempt. Must be called first in the activity: later, in a listener, the context is gone. */
export function beginAttempt(limitMs: number, heartbeatMs: number): Attempt {
  const context = Context.current()
  const { attempt, startToCloseTimeoutMs, heartbeatTimeoutMs } = context.info
  const cancellation = context.cancellationSignal
  const controller = new AbortController()
  let overdue = false
  let details: Json = null

  const stop = (): void => controller.abort(cancellation.reason)
  if (cancellation.aborted) stop()
  else cancellation.addEventListener('abort', stop, { once: true })

  const own = Math.min(limitMs, startToCloseTimeoutMs - Math.min(LONGEST_MARGIN_MS, startToCloseTimeoutMs * MARGIN))
  const deadline = setTimeout(() => {
    overdue = !cancellation.aborted
    controller.abort(new Error('the deadline of the attempt'))
  }, own)

  const beat = (): void => context.heartbeat(details)
  const beatMs = Math.max(SHORTEST_BEAT_MS, (heartbeatTimeoutMs ?? heartbeatMs) / BEATS_PER_TIMEOUT)
  const beats = setInterval(beat, beatMs)
  beat()

  return {
    number: attempt,
    signal: controller.signal,
    limitMs: own,
    isCalledOff: () => cancellation.aborted,
    isOverdue: () => overdue,
    tell: (next) => {
      details = next
    },
    // An AbortError of fetch or a child process would be reported as a cancel that the server refuses, and the attempt
    // would hang until its timeout; only what `cancelled` rejects with is right for pause, reset and cancel alike.
    calledOff: () => context.cancelled,
    close() {
      clearTimeout(deadline)
      clearInterval(beats)
      cancellation.removeEventListener('abort', stop)
    },
  }
}
