// Speaks with a cluster's detector: updates are keyed by what they are about, so that asking twice is asking once.
import { detectorId } from '../plan/ids.ts'
import { hashOf } from '../plan/hash.ts'
import { LIMITS, STATE_QUERY } from '../plan/run.ts'
import type { DetectorPort } from '../guard/detector-port.ts'
import type { AlertBatch, DetectorState } from '../guard/protocol.ts'
import { SERVER_MS, WORKER_MS, sized, type Calls } from './calls.ts'
import { EngineError } from './engine.ts'

/** Well below what one signal may carry; a task's answer carries several. */
const ALERTS_BYTES = 128 * 1024
/** A sender waits for an answer, and there is the spool. */
const ALERTS_WITHIN_MS = 1_200

export function createDetectorClient({ client, within }: Calls): DetectorPort {
  const update = <Reply>(cluster: string, name: string, request: object, updateId: string): Promise<Reply> => {
    sized(request, LIMITS.inputsBytes, `the request \`${name}\` to the detector of \`${cluster}\``)
    const attempt = { doing: `reach the detector of \`${cluster}\` (${name})`, needsWorker: true }
    return detectorErrors(cluster, () =>
      within(WORKER_MS, attempt, () =>
        client.workflow
          .getHandle(detectorId(cluster))
          .executeUpdate<Reply, [object]>(name, { args: [request], updateId: `${name}-${updateId}` }),
      ),
    )
  }
  return {
    start: (cluster, request) => update(cluster, 'start', request, request.requestId),
    grant: (cluster, request) => update(cluster, 'grant', request, request.runId),
    mark: (cluster, request) =>
      update(cluster, 'mark', request, hashOf({ key: request.key, desired: request.desired })),
    setMode: (cluster, request) => update(cluster, 'setMode', request, hashOf({ key: request.key, on: request.on })),
    command: (cluster, command) => update(cluster, command.kind, command, command.requestId),

    async observe(cluster, batch) {
      const handle = client.workflow.getHandle(detectorId(cluster))
      for (const part of partsOf(batch, LIMITS.messageBytes)) {
        const attempt = { doing: `tell the detector of \`${cluster}\` what was seen` }
        await detectorErrors(cluster, () => within(SERVER_MS, attempt, () => handle.signal('observed', part)))
      }
    },

    async alert(cluster, { alerts, lost }) {
      const handle = client.workflow.getHandle(detectorId(cluster))
      const parts: readonly AlertBatch[] = partsOf(alerts, ALERTS_BYTES).map((part) => ({ alerts: part }))
      const batches = lost === undefined ? parts : [...parts, { alerts: [], lost }]
      const deadline = performance.now() + ALERTS_WITHIN_MS
      for (const batch of batches) {
        const attempt = { doing: `hand alerts to the detector of \`${cluster}\`` }
        const leftMs = Math.max(1, Math.round(deadline - performance.now()))
        await detectorErrors(cluster, () => within(leftMs, attempt, () => handle.signal('alerted', batch)))
      }
    },

    async state(cluster) {
      const handle = client.workflow.getHandle(detectorId(cluster))
      const attempt = { doing: `ask the detector of \`${cluster}\``, needsWorker: true }
      try {
        const { status } = await within(SERVER_MS, attempt, () => handle.describe())
        if (status.name !== 'RUNNING') return null
        return await within(WORKER_MS, attempt, () => handle.query<DetectorState>(STATE_QUERY))
      } catch (error) {
        if (error instanceof EngineError && error.kind === 'not-found') return null
        throw error
      }
    },
  }
}

/** A detector that is not there, or has ended, is one and the same to who asks. */
async function detectorErrors<T>(cluster: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof EngineError) || !isGone(error)) throw error
    const message = `no detector runs for the cluster \`${cluster}\`; a worker starts it: \`phix up\` or \`phix worker\``
    throw new EngineError('not-found', message, { cause: error })
  }
}
const isGone = ({ kind, cause }: EngineError): boolean =>
  kind === 'not-found' || (cause instanceof Error && /already completed/.test(cause.message))

/** Cuts a batch into parts that each fit into one message, in order. */
export function partsOf<T>(batch: readonly T[], limitBytes: number): readonly (readonly T[])[] {
  const parts: T[][] = []
  let room = 0
  for (const observation of batch) {
    const bytes = Buffer.byteLength(JSON.stringify(observation)) + 1
    const last = parts.at(-1)
    if (last === undefined || bytes > room) {
      parts.push([observation])
      room = limitBytes - bytes
    } else {
      last.push(observation)
      room -= bytes
    }
  }
  return parts
}
