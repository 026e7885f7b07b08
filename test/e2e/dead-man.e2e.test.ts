// The dead-man beat of a real worker: it proves that server, worker and detector live, and ends with the worker.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHookReceiver } from '../notify/hook-receiver.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { until } from './phix-up.ts'
import { startWorkerBench, type WorkerBench } from './worker-bench.ts'

const EVERY_MS = 1_000
const HELLO = 'runbook: hello\nsummary: Says hello.\nsteps:\n  - notify: oncall\n    message: hello\n'

describeWithTemporal('the dead-man beat', () => {
  let bench: WorkerBench
  let receiver: Awaited<ReturnType<typeof startHookReceiver>>
  beforeAll(async () => {
    receiver = await startHookReceiver()
    bench = await startWorkerBench({ nodes: ['node-1'], runbooks: { hello: HELLO } })
  }, 180_000)
  afterAll(async () => {
    await bench.end()
    await receiver.stop()
  })

  test('goes out while a worker lives, is in the status, and stops when it is killed', async () => {
    const beat = { PHIX_DEAD_MAN_URL: receiver.url, PHIX_DEAD_MAN_EVERY: `${EVERY_MS}ms` }
    const worker = await bench.startWorker(beat)
    await until(() => receiver.received.length >= 3, 60_000)
    expect(JSON.parse(receiver.received.at(-1)?.body ?? '')).toMatchObject({ v: 1, from: 'phix' })
    expect((await bench.phix('status')).stdout).toMatch(/dead-man beat: sent \d/)
    await worker.kill()
    const killedAt = Date.now()
    await until(() => Date.now() - killedAt > 4 * EVERY_MS, 30_000)
    expect(receiver.received.filter(({ at }) => at > killedAt + EVERY_MS / 2)).toEqual([])
    expect((await bench.phix('status')).stdout).toMatch(/! dead-man beat: none since/)
  }, 180_000)
})
