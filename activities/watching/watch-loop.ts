// The heart of `watch`, without Temporal: called ten times a second, it pulls beats, lets the monitors judge, has each
// suspicion confirmed by a direct probe, and tells only what changed. Time and I/O are ports.
import { restoreLearned, sealCheckpoint } from '../../src/detection/checkpoint.ts'
import { createObserver, isCutOff } from '../../src/detection/observer.ts'
import type { Observation, Roster, Verdict, WatchCheckpoint } from '../../src/guard/protocol.ts'
import type { Cluster } from '../../src/inventory/inventory.ts'
import type { Prober, Sign } from './heartbeat-source.ts'
import { createNodeWatch, type NodeWatch } from './node-watch.ts'
import { gapBudget, nodesOfShard, shardCount } from './shards.ts'

export const TICK_MS = 100
const PULLS_AT_ONCE = 64
const PROBES_AT_ONCE = 16
/** What stands is told again at this pace, each time after a fresh probe: a trigger that was lost is found again. */
const TELL_AGAIN_MS = 15_000
/** An undelivered batch that is older than this is history; what stands is told again. */
const STALE_BATCH_MS = 5_000
const DELIVER_AGAIN_MS = 1_000
/** A node that never answered is suspected after this, where others do answer. */
const WARM_UP_INTERVALS = 15
const LEAST_WARM_UP_MS = 15_000
const UNKNOWN_AFTER_INTERVALS = 3

export interface WatchPorts {
  /** Monotonic ms. */
  readonly clock: () => number
  /** Epoch ms. */
  readonly now: () => number
  readonly prober: Pick<Prober, 'pull' | 'probe'>
  /** What the inventory says of the cluster now; null where it has left it. */
  readonly roster: () => Roster | null
  /** Brings a batch to the detector. May reject: what was in it is told again. */
  tell(batch: readonly Observation[]): Promise<void>
  warn(fields: object, message: string): void
}

export interface WatchLoop {
  tick(): void
  /** Takes a changed inventory in; nodes that stay keep what was learned. */
  adopt(cluster: Cluster): void
  checkpoint(): WatchCheckpoint
  /** What its beats say of each node now. */
  verdicts(): ReadonlyMap<string, Verdict>
  /** Resolves when no pull, probe or delivery is under way. */
  settled(): Promise<void>
}

export function createWatchLoop(first: Cluster, shard: number, learned: unknown, ports: WatchPorts): WatchLoop {
  const { clock, now, prober } = ports
  const restored = restoreLearned(learned)
  if (learned !== null && learned !== undefined && restored === null)
    ports.warn({ cluster: first.name, shard }, 'the checkpoint is damaged; every node starts as unknown')
  // One anchor: `at` of observations follows the monotonic clock, whatever is done to the wall clock meanwhile.
  const anchor = now() - clock()
  const at = (): number => Math.round(anchor + clock())

  let cluster = first
  let watches = new Map<string, NodeWatch>()
  let observer = observerOf(first)
  /** What was told last; null until the first word: an earlier watch may have died in doubt. */
  let isTrusted: boolean | null = null
  let pulls = 0
  let probes = 0
  let outbox: { readonly observation: Observation; readonly atMs: number }[] = []
  let isDelivering = false
  let deliverAfterMs = 0
  /** The cluster as the detector was told it; null: not yet, or the word was lost. */
  let toldOf: Cluster | null = null
  const underWay = new Set<Promise<void>>()

  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => underWay.delete(tracked))
    underWay.add(tracked)
  }
  const say = (observation: Observation): void => void outbox.push({ observation, atMs: clock() })

  function adopt(next: Cluster): void {
    const changed =
      JSON.stringify([next.heartbeat, next.detector]) !== JSON.stringify([cluster.heartbeat, cluster.detector])
    cluster = next
    if (changed) observer = observerOf(next)
    watches = new Map(
      nodesOfShard(next, shard).map((node) => {
        const known = watches.get(node.name)
        const stays = known !== undefined && known.node.address === node.address && !changed
        if (!stays) return [node.name, createNodeWatch(next, node, restored?.get(node.name), clock())]
        known.node = node
        return [node.name, known]
      }),
    )
  }

  /** The first shard speaks for all: which nodes there are, and how many shards they need. */
  function tellInventory(): void {
    if (shard !== 0 || toldOf === cluster) return
    toldOf = cluster
    const roster = ports.roster()
    if (roster === null) return
    say({ kind: 'roster', at: at(), roster })
    say({ kind: 'shards', at: at(), count: shardCount(cluster) })
  }

  function tick(): void {
    const nowMs = clock()
    tellInventory()
    const { stalledMs } = observer.tick(nowMs)
    if (stalledMs > 0) {
      for (const { monitor } of watches.values()) monitor.forgive(stalledMs)
      ports.warn({ cluster: cluster.name, stalledMs }, 'this process was not there for a while; verdicts wait')
    }
    for (const watch of watches.values()) pullWhenDue(watch, nowMs)
    if (!observer.isRecovering(nowMs)) judge(nowMs)
    deliver(nowMs)
  }

  function pullWhenDue(watch: NodeWatch, nowMs: number): void {
    if (watch.isPulling || nowMs < watch.nextPullMs || pulls >= PULLS_AT_ONCE) return
    const { intervalMs } = cluster.heartbeat
    watch.nextPullMs = Math.max(watch.nextPullMs + intervalMs, nowMs + intervalMs / 2)
    watch.isPulling = true
    pulls++
    track(
      prober.pull(watch.node, cluster.heartbeat).then((sign) => {
        pulls--
        watch.isPulling = false
        watch.isFailing = !sign.isAlive
        if (!sign.isAlive) return
        watch.monitor.beat(clock())
        watch.lastBeatAt = at()
      }),
    )
  }

  function judge(nowMs: number): void {
    const all = [...watches.values()]
    const verdicts = all.map(({ monitor }) => monitor.verdict(nowMs))
    if (isTrusted !== null || verdicts.includes('healthy')) trust(!isCutOff(verdicts))
    // Nobody is condemned in a moment in which nobody answers: it may be us.
    const inDoubt = isCutOff(all.map((watch, index) => silenceOf(watch, verdicts[index] ?? 'unknown')))
    for (const [index, watch] of all.entries()) {
      const verdict = believed(watch, verdicts[index] ?? 'unknown', verdicts.includes('healthy'), nowMs)
      if (verdict === 'unknown') sayUnknown(watch, nowMs)
      else if ((!inDoubt || verdict === 'healthy') && isDue(watch, verdict, nowMs)) confirm(watch, verdict, nowMs)
    }
  }

  function trust(believes: boolean): void {
    if (believes === isTrusted) return
    isTrusted = believes
    const evidence = believes
      ? 'nodes answer'
      : `all nodes of \`${cluster.name}\` that ever answered (${watches.size} watched) are silent at once; the observer suspects itself`
    say({ kind: 'observer', at: at(), trusted: believes, evidence })
  }

  /** A node that never answered is `unknown`; where others answer, and it had its time, it is suspected. */
  function believed(watch: NodeWatch, verdict: Verdict, othersAnswer: boolean, nowMs: number): Verdict {
    if (verdict !== 'unknown' || watch.node.spare || !othersAnswer) return verdict
    const warmUpMs = Math.max(LEAST_WARM_UP_MS, WARM_UP_INTERVALS * cluster.heartbeat.intervalMs)
    return nowMs - watch.watchedSinceMs >= warmUpMs ? 'suspect' : 'unknown'
  }

  function sayUnknown(watch: NodeWatch, nowMs: number): void {
    const waitedMs = nowMs - watch.watchedSinceMs
    if (watch.told !== null || waitedMs < UNKNOWN_AFTER_INTERVALS * cluster.heartbeat.intervalMs) return
    sayVerdict(watch, 'unknown', false, 'it has not answered yet', nowMs)
  }

  function isDue({ told, isProbing, nextProbeMs }: NodeWatch, verdict: Verdict, nowMs: number): boolean {
    if (isProbing || probes >= PROBES_AT_ONCE) return false
    if (told?.verdict === verdict && told.confirmed) return verdict !== 'healthy' && nowMs >= nextProbeMs
    return told?.verdict !== verdict || nowMs >= nextProbeMs
  }

  function confirm(watch: NodeWatch, verdict: Verdict, nowMs: number): void {
    watch.isProbing = true
    probes++
    track(
      prober.probe(watch.node, cluster.heartbeat).then((sign) => {
        probes--
        watch.isProbing = false
        const agrees = sign.isAlive === (verdict === 'healthy')
        watch.nextProbeMs = nowMs + (agrees ? TELL_AGAIN_MS : 2 * cluster.heartbeat.intervalMs)
        settle(watch, verdict, agrees, sign)
      }),
    )
  }

  /** Tells what a probe settled, unless the beats have answered otherwise meanwhile. */
  function settle(watch: NodeWatch, verdict: Verdict, agrees: boolean, sign: Sign): void {
    const nowMs = clock()
    const present = watch.monitor.verdict(nowMs)
    const hasTurned = present !== 'unknown' && (present === 'healthy') !== (verdict === 'healthy')
    // Healthy beats that a fresh connection cannot confirm are no return to health yet.
    if (hasTurned || observer.isRecovering(nowMs) || (verdict === 'healthy' && !agrees)) return
    if (verdict !== 'healthy' && agrees) watch.monitor.confirmOutage()
    const told = watch.told
    const isNews = told === null || told.verdict !== verdict || told.confirmed !== agrees
    if (isNews || nowMs - told.atMs >= TELL_AGAIN_MS) {
      sayVerdict(watch, present === 'unknown' ? verdict : present, agrees, sign.evidence, nowMs)
    }
  }

  function sayVerdict(watch: NodeWatch, verdict: Verdict, confirmed: boolean, evidence: string, nowMs: number): void {
    watch.told = { verdict, confirmed, atMs: nowMs }
    const { name, spare } = watch.node
    const phi = round(watch.monitor.phi(nowMs))
    say({ kind: 'verdict', target: name, verdict, phi, at: at(), confirmed, evidence, ...(spare ? { spare } : {}) })
  }

  function deliver(nowMs: number): void {
    if (outbox.length === 0 || isDelivering || nowMs < deliverAfterMs) return
    const batch = outbox
    outbox = []
    const fresh = batch.filter(({ atMs }) => nowMs - atMs < STALE_BATCH_MS)
    forgetTold(batch.filter((each) => !fresh.includes(each)).map(({ observation }) => observation))
    if (fresh.length === 0) return
    isDelivering = true
    const observations = fresh.map(({ observation }) => observation)
    track(
      ports
        .tell(observations)
        .catch((error: unknown) => {
          ports.warn(
            { cluster: cluster.name, error: String(error) },
            'the detector could not be told; it is tried again',
          )
          forgetTold(observations)
          deliverAfterMs = clock() + DELIVER_AGAIN_MS
        })
        .finally(() => {
          isDelivering = false
        }),
    )
  }

  /** What did not arrive was not told. */
  function forgetTold(observations: readonly Observation[]): void {
    for (const observation of observations) {
      if (observation.kind === 'observer') isTrusted = null
      else if (observation.kind === 'shards' || observation.kind === 'roster') toldOf = null
      else if (observation.kind === 'verdict') {
        const watch = watches.get(observation.target)
        if (watch !== undefined) watch.told = null
      }
    }
  }

  adopt(first)
  return {
    tick,
    adopt,
    checkpoint() {
      const nowMs = clock()
      const budget = gapBudget(watches.size)
      return sealCheckpoint({
        v: 1,
        at: at(),
        nodes: [...watches.values()].map(({ node, monitor, lastBeatAt }) => ({
          name: node.name,
          phi: round(monitor.phi(nowMs)),
          verdict: monitor.verdict(nowMs),
          beats: monitor.beats,
          lastBeatAt,
          window: monitor.learned(budget),
        })),
        lagMs: observer.lagMs,
      })
    },
    verdicts() {
      const nowMs = clock()
      return new Map([...watches].map(([name, { monitor }]) => [name, monitor.verdict(nowMs)]))
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

const observerOf = ({ heartbeat: { intervalMs } }: Cluster) =>
  createObserver({
    tickMs: TICK_MS,
    toleratedLagMs: Math.max(2 * TICK_MS, intervalMs / 2),
    recoveryMs: intervalMs * 1.5,
  })

const silenceOf = ({ isFailing }: NodeWatch, verdict: Verdict): Verdict =>
  verdict === 'healthy' && isFailing ? 'suspect' : verdict

const round = (phi: number): number => Math.round(phi * 100) / 100
