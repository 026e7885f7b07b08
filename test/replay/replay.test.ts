// Every recorded history replays on today's workflow code: a run that is open now survives the next deployment.
// To record anew after a change that is meant to be incompatible:
//   UPDATE=1 TEMPORAL_CLI_PATH=… npx vitest run test/replay/record-histories.e2e.test.ts
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { beforeAll, describe, expect, test } from 'vitest'
import { detectorId } from '../../src/plan/ids.ts'
import { bundleWorkflows } from '../workflows/test-worker.ts'

const folder = fileURLToPath(new URL('histories', import.meta.url))
/** A grant is for one workflow id, and a page names the detector, so the id is part of what is replayed. */
const idOf = (file: string): string =>
  file.startsWith('detector') ? detectorId('recorded') : `test-plan/node-1/${file.replace('.json', '')}`
const histories = readdirSync(folder).filter((name) => name.endsWith('.json'))

describe('a recorded history', () => {
  let workflowBundle: { code: string }
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') })
    workflowBundle = await bundleWorkflows()
  }, 60_000)

  test('is there for each way that a run can go, and for a detector before and after it continued as new', () => {
    expect(histories.length).toBeGreaterThanOrEqual(9)
    expect(histories).toEqual(expect.arrayContaining(['detector.json', 'detector-continued.json']))
  })

  test.each(histories)('%s replays', async (name) => {
    const history = JSON.parse(readFileSync(join(folder, name), 'utf8')) as object
    await Worker.runReplayHistory({ workflowBundle }, history, idOf(name))
  })

  // What stands in for the folder of the recording is `/phix`.
  test.each(histories)('%s says nothing of the machine that it was recorded on', (name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    const payloads = [...text.matchAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g)].map(([, data = '']) =>
      Buffer.from(data, 'base64').toString('utf8'),
    )
    for (const said of [text, ...payloads])
      expect(said).not.toMatch(/[\s"(](file:\/\/)?\/(?!phix\/)[a-z]\w*\/[\w.-]+\/[\w./-]+/)
  })

  test.each(['steps.json', 'detector.json'])('%s is not replayed by code that does something else', async (name) => {
    const history = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[]
    }
    const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined)
    if (scheduled?.activityTaskScheduledEventAttributes === undefined) throw new Error('no activity was recorded')
    scheduled.activityTaskScheduledEventAttributes.activityType.name = 'test.other'
    await expect(Worker.runReplayHistory({ workflowBundle }, history, idOf(name))).rejects.toThrow(/nondeterminism/i)
  })
})
