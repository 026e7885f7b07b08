// The engine's health and what each cluster's detector and its watch know.
import type { Context } from 'hono'
import type { DetectorState, WatchCheckpoint } from '../../guard/protocol.ts'
import type { ApiDeps } from '../api-deps.ts'

/** `GET /status`. A cluster that cannot be asked has null, never the last good news. */
export async function readStatus(deps: ApiDeps, context: Context): Promise<Response> {
  const { clusters, acceptance } = deps.inventory()
  const engine = await deps.engine.health()
  const asked = engine.server === null ? [] : await Promise.all(clusters.map(({ name }) => readCluster(deps, name)))
  return context.json({ v: 1, version: deps.version, acceptance, engine, clusters: asked })
}

async function readCluster({ engine, checkpoints }: ApiDeps, name: string): Promise<object> {
  const [detector, watch] = await Promise.allSettled([engine.detector.state(name), checkpoints(name)])
  return {
    name,
    detector: detector.status === 'fulfilled' ? toView(detector.value) : null,
    watch: watch.status === 'fulfilled' ? watch.value.map(toSeen) : null,
  }
}

/** Decisions have a route of their own, and plans are large. */
function toView(state: DetectorState | null): object | null {
  if (state === null) return null
  const { decisions: _, ...rest } = state
  return rest
}

const toSeen = ({ at, lagMs, nodes }: WatchCheckpoint): object => ({
  at,
  lagMs,
  nodes: nodes.map(({ name, phi, verdict, lastBeatAt }) => ({ name, phi, verdict, lastBeatAt })),
})
