// Gathers what `status` shows from the detector, its watch, the runs and the inventory. What cannot be had is null, and
// never looks like good news.
import type {
  AdaptedSetting,
  DesiredState,
  DetectorState,
  Freeze,
  StandingMode,
  Verdict,
  WatchCheckpoint,
} from '../../guard/protocol.ts'
import { readHooksNote } from '../../intake/hooks-note.ts'
import type { Cluster } from '../../inventory/inventory.ts'
import { heldLast } from '../../journal/held-now.ts'
import { isLoopback } from '../../config/is-loopback.ts'
import type { GuardSpec } from '../../plan/plan.ts'
import type { Engine, RunSummary } from '../../temporal/engine.ts'
import { CliError, isEngineError } from '../cli-error.ts'
import { compilePaths, listRunbookFiles } from '../find-runbook.ts'
import type { Context } from '../verb.ts'
import { readTelling, type Telling } from './read-telling.ts'

export interface Status {
  readonly engine: { readonly server: string | null; readonly workers: number; readonly problem: string | null }
  /** The inventory was made for acceptance tests: guards are loosened. */
  readonly acceptance: boolean
  /** The HTTP server listens beyond this machine. */
  readonly insecure: boolean
  /** Hooks take alerts from anybody on this machine. */
  readonly insecureDev: boolean
  readonly clusters: readonly ClusterStatus[]
  readonly runs: readonly RunSummary[]
  readonly telling: Telling
}

export interface ClusterStatus {
  readonly name: string
  /** Is a detector there? null: it could not be asked. */
  readonly detector: boolean | null
  /** Epoch ms of what the detector and its watch last said. */
  readonly at: number | null
  /** How late the observer's own loop runs; null: it said nothing. */
  readonly lagMs: number | null
  /** Why verdicts are frozen; null while they are trusted, or nothing is known. */
  readonly frozen: string | null
  /** A person's freeze; null where none is known. */
  readonly freeze: Freeze | null
  /** Degraded modes that are on, with what the inventory says of them. */
  readonly modes: readonly ModeStatus[]
  /** Settings that have emergency values. */
  readonly adapted: readonly AdaptedSetting[]
  /** Epoch ms: modes and settings are as the journal had them then; null: as they are. */
  readonly heldSince: number | null
  /** What a person should look at, newest last. */
  readonly notes: readonly { readonly at: number; readonly text: string }[]
  readonly nodes: readonly NodeStatus[]
}

export interface ModeStatus extends StandingMode {
  readonly lost: readonly string[]
  readonly kept: readonly string[]
}

export interface NodeStatus {
  readonly name: string
  readonly spare: boolean
  readonly verdict: Verdict
  readonly phi: number | null
  readonly desired: DesiredState | null
  readonly lastBeatAt: number | null
  readonly lock: string | null
  /** How many automatic starts are left in the runbooks' window; null: not known. */
  readonly attemptsLeft: number | null
  readonly cooldownUntil: number | null
  /** It turns ill and well again and again. */
  readonly flapping: boolean
  /** Runbooks that did not help it, with how many times in a row. */
  readonly rungs: Readonly<Record<string, number>>
}

const UNREACHABLE = { server: null, workers: 0 }

/** Reads the status of one cluster or of all. Fails: notFound on a cluster that does not exist. */
export async function readStatus(context: Context, onlyCluster: string | undefined): Promise<Status> {
  const [inventory, settings] = await Promise.all([context.deps.inventory(), context.settings()])
  const clusters = inventory.clusters.filter(({ name }) => onlyCluster === undefined || name === onlyCluster)
  if (clusters.length === 0 && onlyCluster !== undefined)
    throw new CliError(
      'notFound',
      `There is no cluster \`${onlyCluster}\` in the inventory.`,
      `There are: ${inventory.clusters.map(({ name }) => name).join(', ')}.`,
    )
  const engine = await orProblem(context.engine())
  const health = 'problem' in engine ? { ...UNREACHABLE, problem: engine.problem } : await engine.value.health()
  const connected = 'problem' in engine || health.server === null ? null : engine.value
  const [runs, guards] = await Promise.all([listOpen(connected, onlyCluster), readGuards(context)])
  return {
    engine: health,
    acceptance: inventory.acceptance,
    insecure: !isLoopback(settings.server.host),
    insecureDev: readHooksNote(settings.dataFolder)?.insecure ?? false,
    clusters: await Promise.all(clusters.map((cluster) => readCluster(context, connected, cluster, guards))),
    runs,
    telling: await readTelling(context, inventory),
  }
}

async function orProblem<T>(work: Promise<T>): Promise<{ readonly value: T } | { readonly problem: string }> {
  try {
    return { value: await work }
  } catch (error) {
    if (isEngineError(error)) return { problem: error.message }
    throw error
  }
}

async function listOpen(engine: Engine | null, cluster: string | undefined): Promise<readonly RunSummary[]> {
  if (engine === null) return []
  const found = await orProblem(
    engine.listRuns({ open: true, limit: 50, ...(cluster === undefined ? {} : { cluster }) }),
  )
  return 'problem' in found ? [] : found.value
}

async function readCluster(
  context: Context,
  engine: Engine | null,
  cluster: Cluster,
  guards: readonly GuardSpec[],
): Promise<ClusterStatus> {
  const { deps, io } = context
  const state = engine === null ? null : await orProblem(engine.detector.state(cluster.name))
  const checkpoints = engine === null ? null : await orProblem(deps.checkpoints(cluster.name))
  const known = state === null || 'problem' in state ? null : state.value
  const seen = checkpoints === null || 'problem' in checkpoints ? [] : checkpoints.value
  const times = [known?.at, ...seen.map(({ at }) => at)].filter((at) => at !== undefined)
  return {
    name: cluster.name,
    detector: state === null || 'problem' in state ? null : state.value !== null,
    at: times.length === 0 ? null : Math.max(...times),
    lagMs: seen.length === 0 ? null : Math.max(...seen.map(({ lagMs }) => lagMs)),
    frozen: known?.frozen ?? null,
    freeze: known?.freeze ?? null,
    ...(await readHeld(context, known, cluster)),
    notes: (known?.notes ?? []).slice(-5),
    nodes: cluster.nodes.map(({ name, spare }) => readNode(name, spare, cluster, known, seen, guards, io.now())),
  }
}

/** While the detector cannot be asked, the journal still knows which modes were on. */
async function readHeld(
  { journal }: Context,
  state: DetectorState | null,
  { name, modes = [] }: Cluster,
): Promise<Pick<ClusterStatus, 'modes' | 'adapted' | 'heldSince'>> {
  const known = state?.modes === undefined ? null : { standing: state.modes, adapted: state.adapted ?? [] }
  const last = known === null ? await heldLast(await journal(), name).catch(() => null) : null
  const { standing, adapted } = known ?? last ?? { standing: [], adapted: [] }
  const declared = (mode: string) => modes.find((each) => each.name === mode)
  return {
    modes: standing.map((each) => ({
      ...each,
      lost: declared(each.mode)?.lost ?? [],
      kept: declared(each.mode)?.kept ?? [],
    })),
    adapted,
    heldSince: last?.at ?? null,
  }
}

function readNode(
  name: string,
  spare: boolean,
  cluster: Cluster,
  state: DetectorState | null,
  seen: readonly WatchCheckpoint[],
  guards: readonly GuardSpec[],
  nowMs: number,
): NodeStatus {
  const target = state?.targets[name]
  const watched = seen.flatMap(({ nodes }) => nodes).find((node) => node.name === name)
  return {
    name,
    spare,
    verdict: watched?.verdict ?? target?.verdict ?? 'unknown',
    // Before the first beat there is no rhythm to suspect by.
    phi: watched === undefined || watched.beats === 0 ? null : watched.phi,
    desired: target?.desired ?? null,
    lastBeatAt: watched?.lastBeatAt ?? null,
    lock: state?.open.find((run) => run.lock === name || run.target === name)?.workflowId ?? null,
    attemptsLeft: target === undefined ? null : attemptsLeft(target.attempts, guards, cluster, nowMs),
    cooldownUntil: target?.cooldownUntil ?? null,
    flapping: target?.flapping ?? false,
    rungs: target?.rungs ?? {},
  }
}

/** Answers how many starts the tightest window still allows; null where nothing limits them. */
export function attemptsLeft(
  attempts: readonly number[],
  guards: readonly GuardSpec[],
  cluster: Cluster,
  nowMs: number,
): number | null {
  const override = cluster.guard.override?.attempts ?? null
  const left = guards
    .flatMap((guard) => guard.attempts)
    .map(({ count, windowMs }) => (override ?? count) - attempts.filter((at) => at > nowMs - windowMs).length)
  return left.length === 0 ? null : Math.max(0, Math.min(...left))
}

/** Reads the guards of every runbook that a verdict starts; none where the runbooks cannot be read now. */
async function readGuards(context: Context): Promise<readonly GuardSpec[]> {
  try {
    const compiler = await context.deps.compiler()
    const paths = await listRunbookFiles((await context.settings()).runbooksFolder)
    const { files } = compilePaths(compiler, paths)
    return files.flatMap(({ compiled }) =>
      compiled.ok && compiled.plan.triggers.some(({ kind }) => kind === 'verdict') ? [compiled.plan.guard] : [],
    )
  } catch (error) {
    // A runbooks' folder that is away takes one column from the status, not the status.
    if (error instanceof CliError) return []
    throw error
  }
}
