// What is true of one cluster now: nodes, runs, gates, limits, modes. Asked for when somebody scrapes; what cannot be
// asked is left out, never told as it last was.
import { limitsNow } from '../guard/adapt.ts'
import type {
  AdaptedSetting,
  DetectorState,
  ForecastScore,
  TargetState,
  Verdict,
  WatchCheckpoint,
} from '../guard/protocol.ts'
import type { Cluster } from '../inventory/inventory.ts'
import { heldLast } from '../journal/held-now.ts'
import type { Gate } from '../plan/run.ts'
import type { RunSummary } from '../temporal/engine.ts'
import { inTime } from './in-time.ts'
import type { MetricsSources } from './metrics-sources.ts'

export interface ClusterMeasures {
  readonly cluster: string
  readonly nodes: readonly { readonly name: string; readonly verdict: Verdict; readonly phi: number | null }[]
  readonly targets: Readonly<Record<string, TargetState>>
  /** How trends came out, by how sure they were. */
  readonly forecasts: readonly ForecastScore[]
  readonly open: readonly RunSummary[] | null
  readonly closed: readonly RunSummary[]
  readonly gates: readonly Pick<Gate, 'kind' | 'openedAt'>[] | null
  /** Share of each limit that is used. */
  readonly budgets: Readonly<Record<string, number>> | null
  readonly modes: ReadonlyMap<string, boolean> | null
  /** Settings that have emergency values. */
  readonly adapted: readonly AdaptedSetting[]
  /** Epoch ms of the newest word of detector or watch; null: nobody can be asked. */
  readonly heardAt: number | null
  readonly lagMs: number | null
  readonly isFrozen: boolean | null
}

const MOST_RUNS = 500
const MOST_CLOSED = 50
/** Each is a query to a worker; more gates than this are told by `phix_runs_open` and the list. */
const MOST_ASKED_GATES = 10

/** Asks everything about a cluster at once. Never fails. */
export async function measureCluster(
  sources: MetricsSources,
  cluster: Cluster,
  isUp: boolean,
): Promise<ClusterMeasures> {
  const { engine, checkpoints, now } = sources
  const { name } = cluster
  if (!isUp) return unasked(cluster, await readHeld(sources, cluster, null))
  const [seen, state, open, closed] = await Promise.all([
    inTime(checkpoints(name), [] as readonly WatchCheckpoint[]),
    inTime(engine.detector.state(name), null),
    inTime(engine.listRuns({ cluster: name, open: true, limit: MOST_RUNS }), null),
    inTime(engine.listRuns({ cluster: name, open: false, limit: MOST_CLOSED }), []),
  ])
  const watched = new Map(seen.flatMap(({ nodes }) => nodes).map((node) => [node.name, node]))
  const nodes = cluster.nodes.map((node) => {
    const known = watched.get(node.name)
    const verdict = known?.verdict ?? state?.targets[node.name]?.verdict ?? 'unknown'
    return { name: node.name, verdict, phi: known === undefined || known.beats === 0 ? null : known.phi }
  })
  const heardAt = Math.max(state?.at ?? 0, ...seen.map(({ at }) => at))
  return {
    ...{ cluster: name, nodes, open, closed },
    ...(await readHeld(sources, cluster, state)),
    targets: state?.targets ?? {},
    forecasts: state?.forecasts ?? [],
    gates: await readGates(sources, open),
    budgets: state === null ? null : budgetsOf(cluster, state, now()),
    heardAt: heardAt === 0 ? null : heardAt,
    lagMs: seen.length === 0 ? null : Math.max(...seen.map(({ lagMs }) => lagMs)),
    isFrozen: state === null ? null : (state.frozen ?? null) !== null,
  }
}

const unasked = ({ name, nodes }: Cluster, held: Pick<ClusterMeasures, 'modes' | 'adapted'>): ClusterMeasures => ({
  cluster: name,
  nodes: nodes.map((node) => ({ name: node.name, verdict: 'unknown', phi: null })),
  targets: {},
  forecasts: [],
  closed: [],
  ...{ open: null, gates: null, budgets: null, heardAt: null, lagMs: null, isFrozen: null },
  ...held,
})

/** Answers the gates of the runs that wait, oldest runs first; null where the runs are not known. */
async function readGates({ engine }: MetricsSources, open: ClusterMeasures['open']): Promise<ClusterMeasures['gates']> {
  if (open === null) return null
  const waiting = open.filter((run) => run.waiting).sort((a, b) => a.startedAt - b.startedAt)
  const asked = waiting.slice(0, MOST_ASKED_GATES).map(async ({ workflowId }) => {
    const state = await inTime(engine.runState(workflowId), null)
    return state?.gates ?? []
  })
  return (await Promise.all(asked)).flat()
}

/** Modes that are declared and off are told as off; while no detector answers, the journal still knows which are on. */
async function readHeld(
  { journal }: MetricsSources,
  { name, modes = [] }: Cluster,
  state: DetectorState | null,
): Promise<Pick<ClusterMeasures, 'modes' | 'adapted'>> {
  const told = state?.modes === undefined ? null : { standing: state.modes, adapted: state.adapted ?? [] }
  const held = told ?? (await heldLast(journal, name))
  if (held === null) return { modes: null, adapted: [] }
  const off = modes.map((each): [string, boolean] => [each.name, false])
  return {
    modes: new Map([...off, ...held.standing.map(({ mode }): [string, boolean] => [mode, true])]),
    adapted: held.adapted,
  }
}

function budgetsOf({ guard, nodes }: Cluster, state: DetectorState, now: number) {
  const { open, decisions, targets, adapted = [] } = state
  const limits = limitsNow({ limits: guard, adapted })
  const started = decisions.filter(({ kind, at }) => kind === 'started' && at > now - 60_000).length
  const wanted = nodes.filter(({ name }) => targets[name]?.desired === 'serving')
  const disturbed = wanted.filter(
    ({ name }) => targets[name]?.verdict !== 'healthy' || open.some(({ target }) => target === name),
  )
  return {
    'runs-in-flight': open.length / limits.runsInFlight,
    'starts-per-minute': started / limits.startsPerMinute,
    disruption: wanted.length === 0 ? 0 : disturbed.length / wanted.length,
  }
}
