// Whether Phix as a whole is alive, judged from what only a living one can answer. Pure; read next: keep-beating.ts.
import type { DetectorState, WatchCheckpoint } from '../guard/protocol.ts'

/** What was heard of one cluster. */
export interface ClusterLife {
  readonly name: string
  /** Answer of the detector's query; null: there is no detector. The server lets it answer only after the task before is done. */
  readonly state: Pick<DetectorState, 'at'> | null
  readonly checkpoints: readonly Pick<WatchCheckpoint, 'at'>[]
}

/** A watch that has said nothing for so long sees nothing. It speaks every second or so. */
export const STALE_MS = 30_000

/** Says why it is not alive; null where every cluster is watched and decided upon. */
export function judgeLife(clusters: readonly ClusterLife[], now: number): string | null {
  if (clusters.length === 0) return 'the inventory has no cluster to watch'
  for (const { name, state, checkpoints } of clusters) {
    if (state === null) return `no detector runs for \`${name}\``
    if (checkpoints.length === 0) return `nobody watches \`${name}\``
    const oldest = Math.min(...checkpoints.map(({ at }) => at))
    if (now - oldest > STALE_MS)
      return `the watch of \`${name}\` said nothing for ${Math.round((now - oldest) / 1_000)} s`
  }
  return null
}
