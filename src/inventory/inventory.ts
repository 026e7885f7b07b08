// What Phix may touch and how to reach it. Plain data, read from YAML by read-inventory.ts with the compiler's
// diagnostics. A name that is not in here is never acted on.

export interface Inventory {
  readonly version: 1
  readonly clusters: readonly Cluster[]
  /** People and groups: whom `notify`, `approve.from` and `escalate` name. */
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[]
  /** True for an inventory made for acceptance tests: `phix status` says so in its first line. */
  readonly acceptance: boolean
}

export interface Cluster {
  readonly name: string
  readonly nodes: readonly Node[]
  readonly services: readonly Service[]
  readonly heartbeat: HeartbeatSource
  readonly detector: DetectorSettings
  /** Loosened or tightened limits of the whole cluster. */
  readonly guard: ClusterGuard
  /** Groups that the detector tells what a person should know now; none: the first of the inventory's groups. */
  readonly page?: readonly string[]
}

export interface Node {
  readonly name: string
  /** Base URL of its HTTP API, e.g. `http://127.0.0.1:5101`. */
  readonly address: string
  readonly zone: string | null
  /** Other names by which alerts call it, e.g. `node-2:9100`. */
  readonly aliases: readonly string[]
  /** A spare runs only when `replicas.scale` brings it in. */
  readonly spare: boolean
}

export interface Service {
  readonly name: string
  /** Node names, in order; spares last. */
  readonly members: readonly string[]
  readonly control: ControlSpec
  readonly balancer: BalancerSpec | null
  readonly replicas: { readonly min: number; readonly max: number }
}

/** What a service is controlled by. A runbook says `service.restart` and means it everywhere. */
export type ControlSpec = ProcessControlSpec
export interface ProcessControlSpec {
  readonly kind: 'process'
  /** Argument array, never a shell string; `{node}` and `{port}` are replaced as whole words inside an argument. */
  readonly command: readonly string[]
  readonly cwd: string | null
  readonly env: Readonly<Record<string, string>>
  /** Folder that holds `<node>.json` (pid, start time) and `<node>.log`. */
  readonly stateFolder: string
  /** SIGTERM, then SIGKILL after this. */
  readonly stopGraceMs: number
}

export interface BalancerSpec {
  readonly kind: 'http'
  /** Base URL of its admin API: `GET /backends`, `PUT /backends/<node>`, `GET /stats?window=<ms>`. */
  readonly admin: string
  /** Where its clients send requests. */
  readonly url: string
}

export interface HeartbeatSource {
  readonly kind: 'http' | 'tcp'
  /** Path on the node's address, for `http`. */
  readonly path: string
  readonly intervalMs: number
  readonly timeoutMs: number
}

/** `calibrated` wants the thresholds 4 and 6; the others are known for 8 and 16. */
export type DetectorModel = 'calibrated' | 'gaussian-exact' | 'akka-logistic' | 'exponential-log10' | 'ex-gaussian'

export interface DetectorSettings {
  readonly model: DetectorModel
  /** Gaps that are remembered per node. */
  readonly windowSize: number
  readonly minDeviationMs: number
  /** Added to the mean gap: a pause that is nobody's fault (garbage collection). */
  readonly pauseMs: number
  readonly suspectPhi: number
  readonly failedPhi: number
}

export interface ClusterGuard {
  readonly runsInFlight: number
  readonly startsPerMinute: number
  /** Replaces every runbook's cooldown and attempts where set: acceptance inventories only. */
  readonly override: { readonly cooldownMs: number | null; readonly attempts: number | null } | null
}
