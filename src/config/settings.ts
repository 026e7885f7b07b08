// Where things are and how loud they are. The only readers of the environment are in this folder.
// Precedence: flag > environment PHIX_* > phix.config.yaml > defaults (ecosystem.md §4's idea). Read by read-settings.ts.

export interface Settings {
  /** Everything Phix writes on this machine: databases, logs, pids, token, plan store. Default `<project>/.phix`. */
  readonly dataFolder: string
  readonly runbooksFolder: string
  readonly inventoryFile: string
  readonly temporal: {
    readonly address: string
    readonly namespace: string
    readonly uiAddress: string | null
    /** True: a server that is not ours to start, reached with the TLS and keys of Temporal's own configuration. */
    readonly external: boolean
  }
  readonly server: {
    readonly host: string
    readonly port: number
    /** Where the server tells its metrics without a token: Prometheus needs no key that could also approve. */
    readonly metricsHost: string
    readonly metricsPort: number
  }
  /** Where a worker tells its metrics and its health; a port that is taken gives way to a free one. */
  readonly worker: { readonly host: string; readonly port: number }
  /** Who may send alerts, and how they prove it; where there is no such file, nobody may. */
  readonly intakeFile: string
  /** Hooks take alerts from anybody on this machine: for development only. */
  readonly insecureDev: boolean
  /** Where a worker posts a beat while Phix is alive, and how often; null: nowhere. */
  readonly deadMan: { readonly url: string; readonly everyMs: number } | null
  /** `sqlite:<file>` or a `postgres://` URL. */
  readonly journal: string
  /** For notify channels and `approve`: the name a person is known by on this machine. */
  readonly person: string
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format: 'json' | 'pretty' }
  /** For crash tests: `before-effect` or `after-effect`, then `:<action>:<count>` as in wrapping/failpoint.ts. The worker ends there. */
  readonly failpoint: string | null
  /** `host` or `host:port` that `http.get` and `http.post` may reach although its address is private. */
  readonly allowedHosts: readonly string[]
}
