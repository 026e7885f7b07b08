// What the HTTP server needs of the rest. src/main composes.
import type { Hooks } from '../intake/create-hooks.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Journal } from '../journal/journal.ts'
import type { WatchCheckpoint } from '../guard/protocol.ts'
import type { Engine } from '../temporal/engine.ts'

export interface ApiDeps {
  readonly version: string
  readonly token: string
  readonly inventory: () => Inventory
  readonly engine: Engine
  readonly journal: Journal
  readonly checkpoints: (cluster: string) => Promise<readonly WatchCheckpoint[]>
  readonly metrics: { readonly contentType: string; text(): Promise<string> }
  /** Told how each sender of alerts was answered. */
  readonly answered?: (sender: string, status: number) => void
  /** Where senders of alerts come in; null: nowhere. */
  readonly hooks: Hooks | null
  /** Epoch ms; by default the clock of this machine. */
  readonly now?: () => number
  readonly log: { error(detail: object, message: string): void }
}
