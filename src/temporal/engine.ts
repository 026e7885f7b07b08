// What the command line and the server may ask of Temporal, in our words: a port, so that neither knows the client.
// connect-engine.ts implements it; every call is sized and has a deadline before it leaves (temporal.md §13.12's lesson).
import type { DetectorPort, RunFollower } from '../guard/detector-port.ts'
import type { WatchCheckpoint } from '../guard/protocol.ts'
import type { Reconciled, ScheduleSummary, WantedSchedule } from '../plan/schedule.ts'
import type { Outcome, RunResult, RunState, Verb, VerbMessage } from '../plan/run.ts'

/** One run as the list shows it: read from visibility alone, so that it needs no worker. */
export interface RunSummary {
  readonly workflowId: string
  readonly runId: string
  readonly runbook: string
  readonly cluster: string
  readonly target: string
  readonly severity: string
  /** `open`, or how Temporal says that it closed. */
  readonly status: 'open' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out'
  readonly outcome: Outcome | null
  readonly waiting: boolean
  /** Epoch ms. */
  readonly startedAt: number
  readonly closedAt: number | null
}

export interface RunFilter {
  readonly open?: boolean
  readonly runbook?: string
  readonly cluster?: string
  readonly target?: string
  readonly waiting?: boolean
  /** Newest first. */
  readonly limit?: number
}

/** Why the engine could not answer; the command line maps `unreachable` to exit 7, `not-found` to 6, `refused` to 4. */
export class EngineError extends Error {
  readonly kind: 'unreachable' | 'not-found' | 'refused' | 'too-large' | 'stuck'
  constructor(kind: EngineError['kind'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'EngineError'
    this.kind = kind
  }
}

export interface Engine {
  readonly detector: DetectorPort
  readonly follower: RunFollower
  /** Fails: unreachable. */
  listRuns(filter: RunFilter): Promise<readonly RunSummary[]>
  /** Full id, or an id's beginning where only one fits. Fails: not-found, refused where several fit (names them). */
  findRun(idOrPrefix: string): Promise<RunSummary>
  /** The live step table, by query: needs a worker. Fails: unreachable, not-found, stuck (the workflow task fails). */
  runState(workflowId: string): Promise<RunState>
  /** The result of a closed run; null while it is open or where it left none (terminated). */
  runResult(workflowId: string): Promise<RunResult | null>
  /** Says a verb to a run by update; answers once the run accepted it. Fails: refused (with the run's own sentence). */
  say(workflowId: string, verb: Verb, message: VerbMessage): Promise<void>
  /** Starts the detector of a cluster where none is open. Answers whether it started one. */
  ensureDetector(cluster: string): Promise<boolean>
  /** Makes the schedules of these clusters what is wanted; those of others are left alone. Fails: unreachable. */
  reconcileSchedules(wanted: readonly WantedSchedule[], clusters: readonly string[]): Promise<Reconciled>
  /** The schedules that Phix made, the next to fire first. Fails: unreachable. */
  listSchedules(): Promise<readonly ScheduleSummary[]>
  /** What the cluster's `watch` activities last said; empty where nobody watches it. Fails: unreachable. */
  checkpoints(cluster: string): Promise<readonly WatchCheckpoint[]>
  /** Is the server there, and do workers poll our queue? Never throws. */
  health(): Promise<{ readonly server: string | null; readonly workers: number; readonly problem: string | null }>
  close(): Promise<void>
}
