// What activities, the command line and the server may ask of a cluster's detector, and of runs. Ports: src/temporal
// implements them over a real server.
import type {
  AlertBatch,
  DetectorState,
  FleetCommand,
  FleetReply,
  FollowReport,
  FoundRun,
  GrantReply,
  GrantRequest,
  MarkReply,
  MarkRequest,
  ModeReply,
  ModeRequest,
  Observation,
  StartReply,
  StartRequest,
} from './protocol.ts'

export interface DetectorPort {
  start(cluster: string, request: StartRequest): Promise<StartReply>
  grant(cluster: string, request: GrantRequest): Promise<GrantReply>
  mark(cluster: string, request: MarkRequest): Promise<MarkReply>
  /** A step enters or leaves a degraded mode of the cluster. */
  setMode(cluster: string, request: ModeRequest): Promise<ModeReply>
  /** Says a person's word to the detector: freeze, thaw, reset, mode. */
  command(cluster: string, command: FleetCommand): Promise<FleetReply>
  observe(cluster: string, batch: readonly Observation[]): Promise<void>
  /** Hands alerts over, in order; durable in Temporal when it resolves. Fails: unreachable, not-found. */
  alert(cluster: string, batch: AlertBatch): Promise<void>
  /** null where no detector runs for this cluster. */
  state(cluster: string): Promise<DetectorState | null>
}

export interface RunFollower {
  /**
   * Answers the first of these runs that is really closed, following resets and continue-as-new (temporal.md §13.6).
   * Rejects only when the signal aborts.
   */
  firstClosed(
    open: readonly { readonly workflowId: string; readonly runId: string }[],
    signal: AbortSignal,
  ): Promise<FollowReport>
  /** Answers the runs that are open on a cluster, without those that are a step of another run. */
  openRuns(cluster: string): Promise<readonly FoundRun[]>
  /** Answers one run by its id, open or closed; null where nobody knows it any more. */
  findRun(workflowId: string): Promise<FoundRun | null>
}
