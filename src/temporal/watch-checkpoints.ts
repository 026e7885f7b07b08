// What a cluster's `watch` activities last said of their nodes: the heartbeat details of the detector's pending
// activities. So `phix status` reads φ without a second channel, and what it reads is what a successor would go on from.
import { defaultPayloadConverter } from '@temporalio/common'
import type { WatchCheckpoint } from '../guard/protocol.ts'
import { detectorId } from '../plan/ids.ts'
import { SERVER_MS, type Calls } from './calls.ts'
import { EngineError } from './engine.ts'

/** Answers the checkpoints of a cluster; empty where nobody watches it. Fails: unreachable. */
export async function readCheckpoints({ client, within }: Calls, cluster: string): Promise<readonly WatchCheckpoint[]> {
  try {
    const { raw } = await within(SERVER_MS, { doing: `ask who watches \`${cluster}\`` }, () =>
      client.workflow.getHandle(detectorId(cluster)).describe(),
    )
    return (raw.pendingActivities ?? [])
      .filter(({ activityType }) => activityType?.name === 'watch')
      .flatMap(({ heartbeatDetails }) => (heartbeatDetails?.payloads ?? []).slice(0, 1))
      .map((payload) => defaultPayloadConverter.fromPayload<WatchCheckpoint | null>(payload))
      .filter((checkpoint): checkpoint is WatchCheckpoint => checkpoint?.v === 1)
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'not-found') return []
    throw error
  }
}
