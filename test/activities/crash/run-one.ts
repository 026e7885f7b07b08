// One activity in a process of its own, which a failpoint may end. stdin: what to run, as JSON.
import { readFileSync } from 'node:fs'
import { MockActivityEnvironment } from '@temporalio/testing'
import { createActivities } from '../../../activities/create-activities.ts'
import type { DetectorPort } from '../../../src/guard/detector-port.ts'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import type { Json } from '../../../src/plan/json.ts'
import type { ActionCall } from '../../../src/plan/run.ts'
import { openFileJournal } from './file-journal.ts'

export interface Order {
  readonly name: string
  readonly call: ActionCall
  readonly inventory: Inventory
  readonly journalFile: string
  readonly allowedHosts: readonly string[]
  readonly failpoint: string | null
}

const order = JSON.parse(readFileSync(0, 'utf8')) as Order
const silent = (): void => undefined
const activities = createActivities({
  inventory: () => order.inventory,
  journal: openFileJournal(order.journalFile),
  detector: {} as DetectorPort,
  log: { info: silent, warn: silent, error: silent },
  secrets: { env: () => undefined, file: () => Promise.reject(new Error('none')) },
  allowedHosts: order.allowedHosts,
  failpoint: order.failpoint,
})
const environment = new MockActivityEnvironment({ startToCloseTimeoutMs: 20_000 })
const activity = activities[order.name] as (call: ActionCall) => Promise<Json>
console.log(JSON.stringify(await environment.run(activity, order.call)))
