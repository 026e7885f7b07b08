// What the command line needs of the rest, as lazy factories: `phix --help` loads none of it. src/main/phix.ts composes.
import type { CompiledFiles } from '../compile/compile-files.ts'
import type { Settings } from '../config/settings.ts'
import type { Alert, WatchCheckpoint } from '../guard/protocol.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Journal } from '../journal/journal.ts'
import type { Json } from '../plan/json.ts'
import type { ActionManifest } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import type { Engine } from '../temporal/engine.ts'

export interface CliDeps {
  readonly version: string
  settings(): Promise<Settings>
  /** Fails with an error whose `diagnostics` is a list of Diagnostic where the file is invalid. */
  inventory(): Promise<Inventory>
  engine(): Promise<Engine>
  journal(): Promise<Journal>
  compiler(): Promise<CompilerPort>
  routing(): Promise<RoutingPort>
  /** The last records of the cluster's `watch` activities; empty where none is pending. Fails: unreachable. */
  checkpoints(cluster: string): Promise<readonly WatchCheckpoint[]>
  inspection(): Promise<InspectionPort>
  lab(): Promise<LabPort>
  /** The three that run in the foreground until they are told to stop; each answers its exit code. */
  up(options: UpOptions): Promise<number>
  worker(options: WorkerOptions): Promise<number>
  serve(options: ServeOptions): Promise<number>
}

export interface UpOptions {
  /** Without the lab: only server, worker and detector. */
  readonly lab: boolean
  readonly say: (line: string) => void
}
export interface WorkerOptions {
  readonly say: (line: string) => void
}
export interface ServeOptions {
  readonly host: string | null
  readonly port: number | null
  /** Hooks without secrets, on loopback only. */
  readonly insecureDev: boolean
  readonly say: (line: string) => void
}

/** src/compile with its context (catalogue, inventory) bound. */
export interface CompilerPort {
  /** Compiles files that may run each other. Mistakes are in the answer, never thrown. */
  compileFiles(paths: readonly string[]): Pick<CompiledFiles, 'byPath' | 'diagnostics'>
  /** null: no such code. */
  explain(code: string): string | null
  readonly catalogue: readonly ActionManifest[]
}

/** How alerts find their runbook: what the detector's activity does, without a detector. */
export interface RoutingPort {
  /** Reads alerts as Alertmanager writes them: a notification, a list, or one alert. Fails: with what is wrong. */
  readAlerts(text: string): readonly Alert[]
  /** null: the alert is of no cluster that the inventory has. */
  explain(alert: Alert, runbooks: readonly CompiledPlan[], inventory: Inventory): RouteExplanation | null
}
export interface CompiledPlan {
  readonly plan: Plan
  readonly planHash: string
}
export interface RouteExplanation {
  readonly cluster: string
  readonly chosen: {
    readonly runbook: string
    readonly target: string
    readonly inputs: Readonly<Record<string, Json>>
  } | null
  /** Why the others that answer to alerts were not chosen. */
  readonly others: readonly { readonly runbook: string; readonly why: string }[]
}

/** What `doctor` asks that no other port answers. Each may fail: the failure is the finding. */
export interface InspectionPort {
  /** Version of the Temporal CLI found; null where there is none. */
  temporalCli(): Promise<string | null>
  /** Does the namespace exist on the server? */
  namespaceExists(): Promise<boolean>
  /** Name → type as the server has them (`KEYWORD`, `BOOL`, …, in any case). */
  searchAttributes(): Promise<Readonly<Record<string, string>>>
  /** The server's clock, epoch ms; null where it does not tell. */
  serverTime(): Promise<number | null>
  /** Path of the workflow bundle; null where it was not built. */
  bundle(): Promise<string | null>
}

/** The lab as the command line sees it. */
export interface LabPort {
  readonly faults: readonly string[]
  up(say: (line: string) => void): Promise<void>
  down(say: (line: string) => void): Promise<void>
  status(): Promise<readonly LabPart[]>
  /** Answers what was done, a line a node. */
  break(
    nodes: readonly string[],
    fault: string,
    options: { readonly forGood: boolean; readonly splitBrain: boolean },
  ): Promise<readonly string[]>
  /** Cuts the cluster into two sides (`2/3`), each with a leader. Answers what was done, a line a node. */
  partition(sides: string): Promise<readonly string[]>
  /** Takes back what broke one node, or all of them; answers what it did. */
  heal(node: string | null): Promise<readonly string[]>
}

export interface LabPart {
  readonly name: string
  readonly kind: 'node' | 'balancer' | 'traffic'
  readonly pid: number | null
  readonly address: string | null
  /** `running`, `stopped`, `spare`, `paused`, or the faults it has. */
  readonly state: string
  readonly isBroken: boolean
  readonly note: string | null
}
