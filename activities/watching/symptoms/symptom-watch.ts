// Watches what runbooks want to know for themselves: conditions and trends, evaluated over one fresh look at the cluster
// after the other. Only changes are told. Time and I/O are ports. Read next: condition-clock.ts, survey-cluster.ts.
import { advanceClock, NOT_SEEN, type ConditionClock } from '../../../src/detection/condition-clock.ts'
import { evaluateCondition, ExpressionError, type Scope } from '../../../src/expressions/evaluate.ts'
import type {
  AdaptedSetting,
  DesiredState,
  Observation,
  StandingMode,
  SymptomObservation,
  Verdict,
} from '../../../src/guard/protocol.ts'
import type { Cluster } from '../../../src/inventory/inventory.ts'
import type { JsonObject } from '../../../src/plan/json.ts'
import { clusterFacts, nodeFacts, type Survey } from '../../evidence/survey-cluster.ts'
import { seenIn } from '../../evidence/seen-in.ts'
import type { KnownRunbook } from '../create-watching.ts'
import { nodesOfShard } from '../shards.ts'
import { createConfigAges } from './config-ages.ts'
import { createModeWatch } from './mode-watch.ts'
import { createTrendWatch, type TrendWatch } from './trend-watch.ts'
import { symptomKey, watchedTriggers, type WatchedTrigger } from './watched-triggers.ts'

/** What stands or is coming up is told again at this pace: what was lost is found again. */
const TELL_AGAIN_MS = 15_000
const LEAST_LOOK_MS = 1_000
/** A gap between looks that is this many times as long as it should be breaks what has held: nobody looked. */
const GAP_TOLERATED = 4
const BATCH = 100
/** These are meant to be down; nothing that is seen of them is an illness. */
const MEANT_TO_BE_DOWN: readonly DesiredState[] = ['drained', 'stopped', 'spare']

/** What a look brought: null where it was too old by the time it was there. */
export interface Look {
  readonly survey: Survey
  readonly desired: Readonly<Record<string, DesiredState>> | null
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** Degraded modes that are on; null where that is not known. */
  readonly modes: readonly StandingMode[] | null
  readonly adapted: readonly AdaptedSetting[]
  /** The root `signals`: of the cluster, and of each node. */
  readonly signals: { readonly cluster: JsonObject; readonly nodes: Readonly<Record<string, JsonObject>> }
}

export interface SymptomPorts {
  /** Monotonic ms. */
  readonly clock: () => number
  /** Epoch ms. */
  readonly now: () => number
  look(cluster: Cluster): Promise<Look>
  tell(batch: readonly Observation[]): Promise<void>
  warn(fields: object, message: string): void
}

export interface SymptomWatch {
  /** Looks where a look is due. Call it as often as you like. */
  tick(cluster: Cluster, runbooks: readonly KnownRunbook[]): void
  /** Resolves when no look is under way. */
  settled(): Promise<void>
}

interface Told {
  readonly phase: SymptomObservation['phase']
  readonly atMs: number
}

export function createSymptomWatch(shard: number, ports: SymptomPorts): SymptomWatch {
  const clocks = new Map<string, ConditionClock>()
  const told = new Map<string, Told>()
  const configAges = createConfigAges()
  const trends: TrendWatch = createTrendWatch()
  const modes = createModeWatch()
  let lastLookMs: number | null = null
  let nextLookMs = 0
  let underWay: Promise<void> | null = null

  function tick(cluster: Cluster, runbooks: readonly KnownRunbook[]): void {
    const watched = watchedTriggers(runbooks).filter(({ over }) => over === 'target' || shard === 0)
    const nowMs = ports.clock()
    const isIdle = watched.length === 0 && (shard !== 0 || !endsModes(cluster))
    if (isIdle || underWay !== null || nowMs < nextLookMs) return
    nextLookMs = nowMs + lookEveryMs(cluster)
    underWay = lookOnce(cluster, watched)
      .catch((error: unknown) =>
        ports.warn({ cluster: cluster.name, error: String(error) }, 'a look at the conditions failed; it is repeated'),
      )
      .finally(() => {
        underWay = null
      })
  }

  async function lookOnce(cluster: Cluster, watched: readonly WatchedTrigger[]): Promise<void> {
    const startedMs = ports.clock()
    const startedAt = ports.now()
    const look = await ports.look(cluster)
    const tolerated = GAP_TOLERATED * lookEveryMs(cluster)
    const isLate = ports.clock() - startedMs > tolerated
    if (isLate || (lastLookMs !== null && startedMs - lastLookMs > tolerated)) {
      clocks.clear()
      modes.forget()
    }
    lastLookMs = startedMs
    const seen = watched.flatMap((each) => judge(each, look, isLate, startedMs, startedAt))
    forgetOthers(new Set(seen.map(({ symptom }) => symptom)))
    const ended =
      shard === 0
        ? modes.look(
            cluster.modes ?? [],
            look.modes,
            isLate ? null : clusterScope(look, startedAt),
            startedMs,
            startedAt,
          )
        : []
    await tellChanges(seen.filter(isNews), startedMs)
    if (ended.length > 0) await ports.tell(ended)
  }

  function judge(
    watched: WatchedTrigger,
    look: Look,
    isLate: boolean,
    atMs: number,
    at: number,
  ): readonly SymptomObservation[] {
    const { survey } = look
    const cluster = { ...clusterFacts(survey) }
    if (watched.over === 'cluster') {
      return [settle(watched, survey.cluster.name, isLate ? null : clusterScope(look, at), atMs, at)]
    }
    const mine = new Set(nodesOfShard(survey.cluster, shard).map(({ name }) => name))
    return survey.nodes
      .filter(({ node }) => mine.has(node.name))
      .flatMap((sight) => {
        const { name } = sight.node
        const desired = look.desired?.[name]
        const isDown = desired !== undefined && MEANT_TO_BE_DOWN.includes(desired)
        if (isDown) return [observe(watched, name, 'over', at, `it is meant to be ${desired}`)]
        const facts = nodeFacts(survey, sight)
        const age = configAges.age(name, sight.configVersion, atMs)
        const target = {
          ...facts,
          ...(desired === undefined ? {} : { desired }),
          verdict: look.verdicts.get(name) ?? 'unknown',
          ...(age === null ? {} : { config_age_ms: age }),
        }
        const isKnown = !isLate && survey.isWitnessed && desired !== undefined
        const signals = look.signals.nodes[name] ?? {}
        const scope = { target, cluster, requests: survey.requests, signals, ...modesRoot(look), now: at }
        return [settle(adaptedBy(watched, look), name, isKnown ? scope : null, atMs, at)]
      })
  }

  /** Turns one look at one target into what is told of it. null: nothing is known. */
  function settle(
    watched: WatchedTrigger,
    target: string,
    scope: Scope | null,
    atMs: number,
    at: number,
  ): SymptomObservation {
    const { spec } = watched
    const key = symptomKey(watched, target)
    if (spec.kind === 'trend') {
      const { held, evidence, forecast } = trends.look(key, spec, scope, at)
      const clock = advanceClock(clocks.get(key) ?? NOT_SEEN, held, atMs, 0)
      clocks.set(key, clock)
      const seen = observe(watched, target, clock.phase, at, evidence)
      return forecast === undefined ? seen : { ...seen, forecast }
    }
    const held = scope === null ? null : holds(spec.that, spec.when, scope)
    const clock = advanceClock(clocks.get(key) ?? NOT_SEEN, held, atMs, spec.forMs)
    clocks.set(key, clock)
    return observe(watched, target, clock.phase, at, scope === null ? 'nobody answers' : seenIn(spec.that, scope))
  }

  function isNews({ symptom, phase }: SymptomObservation): boolean {
    const last = told.get(symptom)
    if (last === undefined) return phase !== 'unknown'
    if (last.phase !== phase) return true
    return (phase === 'standing' || phase === 'pending') && ports.clock() - last.atMs >= TELL_AGAIN_MS
  }

  async function tellChanges(news: readonly SymptomObservation[], atMs: number): Promise<void> {
    for (let from = 0; from < news.length; from += BATCH) {
      const batch = news.slice(from, from + BATCH)
      // What does not arrive is not told: the next look says it.
      await ports.tell(batch)
      for (const { symptom, phase } of batch) told.set(symptom, { phase, atMs })
    }
  }

  function forgetOthers(present: ReadonlySet<string>): void {
    for (const key of [...clocks.keys(), ...told.keys()]) {
      if (present.has(key)) continue
      clocks.delete(key)
      told.delete(key)
    }
    trends.keep(present)
  }

  return {
    tick,
    async settled() {
      await underWay
    },
  }
}

const endsModes = ({ modes = [] }: Cluster): boolean => modes.some(({ clearWhen }) => clearWhen !== null)

const modesRoot = ({ modes }: Look): { readonly modes?: readonly string[] } =>
  modes === null ? {} : { modes: modes.map(({ mode }) => mode) }

const clusterScope = (look: Look, at: number): Scope => {
  const { survey, signals } = look
  const roots = { cluster: { ...clusterFacts(survey) }, requests: survey.requests, signals: signals.cluster }
  return { ...roots, ...modesRoot(look), now: at }
}

/** While a state stands a trend may have to be less sure, or surer. */
function adaptedBy(watched: WatchedTrigger, { adapted }: Look): WatchedTrigger {
  const { spec } = watched
  const confidence = adapted.find(({ setting }) => setting === 'trend.confidence')?.value
  return spec.kind !== 'trend' || confidence === undefined ? watched : { ...watched, spec: { ...spec, confidence } }
}

const lookEveryMs = ({ heartbeat }: Cluster): number => Math.max(LEAST_LOOK_MS, heartbeat.intervalMs)

/** true, false, or null where it names what is not known. */
function holds(that: string, when: string | null, scope: Scope): boolean | null {
  try {
    return evaluateCondition(that, scope) && (when === null || evaluateCondition(when, scope))
  } catch (error) {
    if (error instanceof ExpressionError) return null
    throw error
  }
}

const observe = (
  { runbook, trigger, spec, over, rank, ...rest }: WatchedTrigger,
  target: string,
  phase: SymptomObservation['phase'],
  at: number,
  evidence: string,
): SymptomObservation => ({
  kind: 'symptom',
  symptom: symptomKey({ runbook, trigger, spec, over, rank, ...rest }, target),
  cause: spec.kind,
  runbook,
  trigger,
  target,
  over,
  rank,
  phase,
  at,
  evidence,
})
