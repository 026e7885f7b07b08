// What the server's metrics are read from.
import type { WatchCheckpoint } from '../guard/protocol.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Journal } from '../journal/journal.ts'
import type { Engine } from '../temporal/engine.ts'

export interface MetricsSources {
  readonly inventory: () => Inventory
  readonly engine: Engine
  readonly journal: Journal
  /** Names of the runbooks that compile. */
  readonly runbooks: () => ReadonlySet<string>
  readonly checkpoints: (cluster: string) => Promise<readonly WatchCheckpoint[]>
  /** Epoch ms. */
  readonly now: () => number
}
