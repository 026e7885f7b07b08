// The activity `watch`: one shard of a cluster, for as long as its detector lives. Its Temporal heartbeat carries the
// checkpoint, so a replacement on another worker goes on with warm windows. Read next: watch-loop.ts.
import { setTimeout as pause } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import type { WatchCall, WatchCheckpoint } from '../../src/guard/protocol.ts'
import type { Cluster } from '../../src/inventory/inventory.ts'
import { rosterOf } from '../../src/inventory/roster.ts'
import type { WatchingDeps } from './create-watching.ts'
import { createProber } from './heartbeat-source.ts'
import { createLook } from './symptoms/create-look.ts'
import { createSymptomWatch } from './symptoms/symptom-watch.ts'
import { createWatchLoop, TICK_MS } from './watch-loop.ts'

/** Well inside the heartbeat timeout of two seconds. */
const CHECKPOINT_EVERY_MS = 500

export async function watch(call: WatchCall, deps: WatchingDeps): Promise<WatchCheckpoint> {
  const context = Context.current()
  const signal = context.cancellationSignal
  const prober = createProber()
  const lastBeat: unknown = context.info.heartbeatDetails
  let cluster = clusterOf(deps, call.cluster)
  const loop = createWatchLoop(cluster, call.shard, lastBeat ?? call.checkpoint ?? null, {
    clock: deps.clock,
    now: deps.now,
    prober,
    roster: () => rosterOf(deps.inventory(), call.cluster),
    tell: (batch) => deps.detector.observe(call.cluster, batch),
    warn: (fields, message) => deps.log.warn(fields, message),
  })
  const symptoms = createSymptomWatch(call.shard, {
    clock: deps.clock,
    now: deps.now,
    look: createLook(deps, call.shard, () => loop.verdicts(), signal),
    tell: (batch) => deps.detector.observe(call.cluster, batch),
    warn: (fields, message) => deps.log.warn(fields, message),
  })
  let nextCheckpointMs = 0
  try {
    while (!signal.aborted) {
      const present = clusterOf(deps, call.cluster)
      if (present !== cluster) loop.adopt((cluster = present))
      loop.tick()
      symptoms.tick(cluster, deps.runbooks())
      if (deps.clock() >= nextCheckpointMs) {
        nextCheckpointMs = deps.clock() + CHECKPOINT_EVERY_MS
        context.heartbeat(loop.checkpoint())
      }
      await pause(TICK_MS, undefined, { signal }).catch(() => undefined)
    }
    const learned = loop.checkpoint()
    // Asked to end: the next detector run gets what was learned. Anything else (shutdown, a lost claim) goes on elsewhere.
    if (context.cancellationDetails?.cancelRequested === true) return learned
    context.heartbeat(learned)
    return await context.cancelled
  } finally {
    await prober.close()
  }
}

/** A cluster that has left the inventory is not watched: an empty shard waits for its return. */
function clusterOf({ inventory }: WatchingDeps, name: string): Cluster {
  return inventory().clusters.find((each) => each.name === name) ?? emptyCluster(name)
}

const emptyClusters = new Map<string, Cluster>()
function emptyCluster(name: string): Cluster {
  const known = emptyClusters.get(name)
  if (known !== undefined) return known
  const cluster: Cluster = {
    name,
    nodes: [],
    services: [],
    heartbeat: { kind: 'http', path: '/', intervalMs: 1_000, timeoutMs: 1_000 },
    detector: { model: 'gaussian-exact', windowSize: 1, minDeviationMs: 100, pauseMs: 0, suspectPhi: 8, failedPhi: 16 },
    guard: { runsInFlight: 0, startsPerMinute: 0, override: null },
  }
  emptyClusters.set(name, cluster)
  return cluster
}
