// What Phix may touch and how to reach it. Plain data, read from YAML by read-inventory.ts with the compiler's
// diagnostics. A name that is not in here is never acted on.
import type { AdaptationSpec } from '../guard/protocol.ts'
import type { Json } from '../plan/json.ts'
import type { Cel } from '../plan/plan.ts'
import type { Contact, NotifySettings } from './notify-settings.ts'

export interface Inventory {
  readonly version: 1
  readonly clusters: readonly Cluster[]
  /** People and groups: whom `notify`, `approve.from` and `escalate` name. */
  readonly groups: readonly Group[]
  /** How people are reached; absent: by the log and the journal only. */
  readonly notify?: NotifySettings
  /** True for an inventory made for acceptance tests: `phix status` says so in its first line. */
  readonly acceptance: boolean
}

export interface Group {
  readonly name: string
  readonly members: readonly string[]
  /** How the group as a whole is reached. */
  readonly contacts?: readonly Contact[]
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
  /** What several nodes rest on: nodes that fail together with all that share one are one failure. */
  readonly dependencies?: readonly Dependency[]
  /** Numbers from elsewhere that conditions may name. */
  readonly signals?: readonly Signal[]
  /** Degraded modes: a mode that steps name and that is not here stands without a word of what it means. */
  readonly modes?: readonly Mode[]
  /** Settings that have other values while a state of the cluster stands. */
  readonly adaptations?: readonly AdaptationSpec[]
}

/** A degraded mode: what the cluster does not do while it is on, and what it still does. */
export interface Mode {
  readonly name: string
  /** Why and when it is on, one sentence. */
  readonly summary: string
  readonly lost: readonly string[]
  readonly kept: readonly string[]
  /** Its cause is gone when this has held for `forMs`; null: only a step or a person ends it. */
  readonly clearWhen: Cel | null
  readonly forMs: number
  /** A person is told when it is on for longer; null: never. */
  readonly longestMs: number | null
}

export interface Dependency {
  readonly name: string
  readonly nodes: readonly string[]
}

/** A number from outside, as `signals.<name>` in conditions. Where it cannot be had, or is old, it is unknown. */
export type Signal = PromqlSignal | LogSignal
export interface PromqlSignal {
  readonly kind: 'promql'
  readonly name: string
  /** Base URL of a Prometheus server. */
  readonly prometheus: string
  /** `{node}` stands for the name of each node; without it the signal is about the cluster. */
  readonly query: string
}
/** How many lines of a file fitted a pattern in the last time. */
export interface LogSignal {
  readonly kind: 'log'
  readonly name: string
  /** `{node}` stands for the name of each node. */
  readonly file: string
  /** RE2. */
  readonly pattern: string
  readonly windowMs: number
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
  /** It holds the cluster's own state: such nodes are worked on one at a time. */
  readonly controlPlane?: boolean
}

export interface Service {
  readonly name: string
  /** Node names, in order; spares last. */
  readonly members: readonly string[]
  readonly control: ControlSpec
  readonly balancer: BalancerSpec | null
  readonly replicas: { readonly min: number; readonly max: number }
  /** A real request that changes nothing: what tells whether a node that gets no requests would serve them. */
  readonly canary?: Canary
}

export interface Canary {
  readonly path: string
  /** Sent as JSON with POST; null: GET. */
  readonly body: Readonly<Record<string, Json>> | null
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
  /** When a target is called flapping, and how many starts an hour it then has. Absent: 6 turns in 10 min, 2 starts. */
  readonly flapping?: { readonly turns: number; readonly windowMs: number; readonly startsPerHour: number }
}
