// Makes all activities of runs: every action under its name, `verify` and `notify`. The detector's activities are made
// by watching/. What an activity needs comes in as an argument, so that a test hands in a world of its own.
import type { DetectorPort } from '../src/guard/detector-port.ts'
import type { ControlSpec, Inventory } from '../src/inventory/inventory.ts'
import type { ServiceControl } from '../src/inventory/service-control.ts'
import type { Journal } from '../src/journal/journal.ts'
import type { Json } from '../src/plan/json.ts'
import { pickControl } from './controls/pick-control.ts'
import { ACTIONS } from './drivers.ts'
import { createNotify } from './notify.ts'
import { createVerify } from './verify.ts'
import { defineAction } from './wrapping/define-action.ts'
import { createFailpoint } from './wrapping/failpoint.ts'
import { createBreakerSettings } from './wrapping/breaker-settings.ts'
import { createLanes, type Lanes } from './wrapping/lanes.ts'
import { maskedLog, type Log } from './wrapping/log.ts'
import { createMasker, type Masker } from './wrapping/mask.ts'
import type { SecretSource } from './wrapping/secrets.ts'
import type { WorkerParts } from './wrapping/worker-parts.ts'

export interface ActivityDeps {
  readonly inventory: () => Inventory
  readonly journal: Journal
  readonly detector: DetectorPort
  readonly log: Log
  readonly secrets: SecretSource
  /** `host` or `host:port` that `http.*` may reach although its address is private. */
  readonly allowedHosts?: readonly string[]
  /** Settings.failpoint. */
  readonly failpoint?: string | null
  /** What the failpoint does; by default the process ends as by a crash. */
  readonly die?: () => void
  readonly pickControl?: (spec: ControlSpec) => ServiceControl
  /** Shared with the log's sink, so that a secret is masked there too. */
  readonly masker?: Masker
  /** Shared with the metrics, which tell the breakers. */
  readonly lanes?: Lanes
  /** Counts messages to people; by default nobody does. */
  readonly told?: WorkerParts['told']
  /** Epoch ms. */
  readonly now?: () => number
  /** Monotonic ms. */
  readonly clock?: () => number
  readonly random?: () => number
}

/** What the worker registers; each takes the one argument that src/plan/run.ts names for it. */
export type Activities = Record<string, (call: never) => Promise<Json>>

/** Makes the activities of one worker; breakers and masked secrets are shared by all of them. */
export function createActivities(deps: ActivityDeps): Activities {
  const worker = partsFrom(deps)
  const actions = ACTIONS.map((action) => [action.manifest.name, defineAction(action, worker)] as const)
  return { ...Object.fromEntries(actions), verify: createVerify(worker), notify: createNotify(worker) }
}

function partsFrom(deps: ActivityDeps): WorkerParts {
  const { inventory, journal, detector, secrets, allowedHosts = [], random = Math.random } = deps
  const clock = deps.clock ?? (() => performance.now())
  const masker = deps.masker ?? createMasker()
  const toControl = deps.pickControl ?? pickControl
  return {
    inventory,
    journal,
    detector,
    log: maskedLog(deps.log, masker),
    secrets,
    masker,
    lanes: deps.lanes ?? createLanes(clock),
    breakerSettings: createBreakerSettings({ inventory, detector, clock }),
    allowedHosts,
    control: (service) => toControl(service.control),
    failpoint: createFailpoint(deps.failpoint ?? null, deps.die ?? dieByCrash),
    told: deps.told ?? (() => undefined),
    now: deps.now ?? Date.now,
    clock,
    random,
  }
}

/** No handler runs, nothing is flushed: the crash that a test of durability needs. */
const dieByCrash = (): void => {
  process.kill(process.pid, 'SIGKILL')
}
