// A worker process with the real detector and its real activities: what a test kills.
import { readFileSync } from 'node:fs'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { createWatching } from '../../../activities/watching/create-watching.ts'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import { openJournal } from '../../../src/journal/open-journal.ts'
import { TASK_QUEUE } from '../../../src/plan/ids.ts'
import { connectEngine } from '../../../src/temporal/connect-engine.ts'
import { recovery } from './lab-of-three.ts'

const [address = '', codePath = '', inventoryFile = '', journalFile = ''] = process.argv.slice(2)
Runtime.install({ logger: new DefaultLogger('ERROR') })
const read = JSON.parse(readFileSync(inventoryFile, 'utf8')) as Inventory
const inventory = (): Inventory => read
const engine = await connectEngine({
  temporal: { address, namespace: 'default', external: false },
  inventory,
})
const watching = createWatching({
  inventory,
  runbooks: () => [{ plan: recovery, planHash: 'a'.repeat(64) }],
  journal: await openJournal(`sqlite:${journalFile}`),
  detector: engine.detector,
  follower: engine.follower,
  log: { info() {}, warn() {}, error() {} },
  now: () => Date.now(),
  clock: () => performance.now(),
})
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: TASK_QUEUE,
  workflowBundle: { codePath },
  activities: { ...watching, notify: () => Promise.resolve() },
  stickyQueueScheduleToStartTimeout: '1s',
  maxHeartbeatThrottleInterval: 500,
})
console.log('ready')
await worker.run()
