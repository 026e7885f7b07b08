// The activity `follow`: waits, for all open runs at once, until one is really closed.
import { Context } from '@temporalio/activity'
import type { FollowCall, FollowReport } from '../../src/guard/protocol.ts'
import type { WatchingDeps } from './create-watching.ts'

const BEAT_EVERY_MS = 500

export async function follow({ open }: FollowCall, { follower }: WatchingDeps): Promise<FollowReport> {
  const context = Context.current()
  const beat = setInterval(() => context.heartbeat(), BEAT_EVERY_MS)
  try {
    return await follower.firstClosed(open, context.cancellationSignal)
  } catch (error) {
    // The abort must arrive as Temporal's own cancellation, or a paused activity hangs (temporal.md §13.5's trap).
    if (context.cancellationSignal.aborted) await context.cancelled
    throw error
  } finally {
    clearInterval(beat)
  }
}
