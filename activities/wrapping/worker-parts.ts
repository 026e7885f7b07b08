// What all actions of one worker share. Built once by create-activities.ts.
import type { DetectorPort } from '../../src/guard/detector-port.ts'
import type { Inventory, Service } from '../../src/inventory/inventory.ts'
import type { ServiceControl } from '../../src/inventory/service-control.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { ActionCall } from '../../src/plan/run.ts'
import type { ReadBreakerSettings } from './breaker-settings.ts'
import type { FailpointName } from './failpoint.ts'
import type { Lanes } from './lanes.ts'
import type { Log } from './log.ts'
import type { Masker } from './mask.ts'
import type { SecretSource } from './secrets.ts'

export interface WorkerParts {
  readonly inventory: () => Inventory
  readonly journal: Journal
  readonly detector: DetectorPort
  readonly log: Log
  readonly secrets: SecretSource
  readonly masker: Masker
  readonly lanes: Lanes
  /** What the breakers of a cluster have now. */
  readonly breakerSettings: ReadBreakerSettings
  readonly allowedHosts: readonly string[]
  readonly control: (service: Service) => ServiceControl
  readonly failpoint: (
    point: FailpointName,
    action: string,
    call: Pick<ActionCall, 'idempotencyKey' | 'run'>,
  ) => void | Promise<void>
  /** Counts a message to people, by channel. */
  readonly told: (channel: string, told: 'delivered' | 'failed') => void
  /** Epoch ms. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly clock: () => number
  readonly random: () => number
}
