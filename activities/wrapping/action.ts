// What a driver writes: one Action a file. What it is given: the context. Everything that must be right for every action
// (checking, cancelling, masking, recording) is in define-action.ts and not here.
import type { DetectorPort } from '../../src/guard/detector-port.ts'
import type { Inventory, Service } from '../../src/inventory/inventory.ts'
import type { ServiceControl } from '../../src/inventory/service-control.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { Json, JsonObject } from '../../src/plan/json.ts'
import type { ActionManifest } from '../../src/plan/manifest.ts'
import type { ActionCall } from '../../src/plan/run.ts'
import type { Lanes } from './lanes.ts'

export interface ActionContext {
  readonly call: ActionCall
  /** Aborts on cancellation, pause, reset, shutdown and at the attempt's deadline. Every wait must listen. */
  readonly signal: AbortSignal
  /** As it was when the attempt began. */
  readonly inventory: Inventory
  readonly detector: DetectorPort
  readonly journal: Journal
  readonly lanes: Lanes
  /** `host` or `host:port` that may be reached although its address is private. */
  readonly allowedHosts: readonly string[]
  readonly control: (service: Service) => ServiceControl
  /** What the heartbeat tells from now on: one short sentence of where it is. */
  readonly say: (progress: string) => void
  /**
   * Wraps every touch of the world. Before the first one the attempt is recorded; in a dry run it throws.
   * Invariant: nothing outside of it changes a target.
   */
  readonly effect: <T>(act: () => Promise<T>) => Promise<T>
  /**
   * Decides once for all attempts of this step: the first answer is kept in the journal, every later call gets it.
   * `must`: without the journal the step fails; `may`: it goes on with what it sees now.
   */
  readonly chooseOnce: (what: string, keeping: 'must' | 'may', choose: () => Promise<Json>) => Promise<Json>
  /** Masks secrets by value. What is cut must be masked first: the rest of a secret would no longer be known as one. */
  readonly mask: (text: string) => string
  /** Epoch ms. */
  readonly now: () => number
}

export interface Action<Input = JsonObject> {
  readonly manifest: ActionManifest
  /** Does it. The input fits the manifest's schema; secret references in it are resolved. */
  run(input: Input, context: ActionContext): Promise<Json>
  /** One sentence: what `run` would change now. Only reads. Reads have none: a dry run runs them. */
  would?(input: Input, context: ActionContext): Promise<string>
  /** What the breaker and the bulkhead are keyed by, where the target is no name of the inventory. */
  laneOf?(input: Input): string | null
}

/** Forgets the input's type: the schema of the manifest is what guarantees it. */
export const action = <Input>(definition: Action<Input>): Action => definition as unknown as Action
