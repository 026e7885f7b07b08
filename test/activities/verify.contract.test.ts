import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Json } from '../../src/plan/json.ts'
import { ROOTS } from '../../src/plan/evidence.ts'
import type { VerifyCall, VerifyReport } from '../../src/plan/run.ts'
import { createValidator } from '../../src/schema/validator.ts'
import { createWorld, run, type World } from './world/world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
  await world.startNodes()
})
afterEach(() => world.end())

const verify = async (that: readonly string[], more: Partial<VerifyCall> = {}, options = {}) => {
  const call: VerifyCall = {
    that,
    withinMs: 1_200,
    stableMs: 300,
    everyMs: 100,
    cluster: 'lab',
    target: 'node-1',
    scope: {},
    ...more,
  }
  const ran = await run(world.activities, 'verify', call, options)
  return { ...ran, report: ran.output as unknown as VerifyReport }
}

const kill = async (name: string) => {
  for (const node of world.nodes.filter((each) => each.name === name)) {
    const { pid } = await world.processes.status(node)
    if (pid !== null) process.kill(pid, 'SIGKILL')
  }
}

test('conditions that hold for the whole stable window are held, no sooner and not much later', async () => {
  const { report, tookMs } = await verify(['cluster.healthy_ratio >= 0.95', 'target.healthy', 'cluster.leaders == 1'])
  expect(report).toMatchObject({ held: true, unmet: [] })
  expect(tookMs).toBeGreaterThanOrEqual(300)
  expect(tookMs).toBeLessThan(1_000)
})

test('the evidence has the shape that expressions were checked against', async () => {
  world.balancer.told.stats = { count: 4, errors: 1, success_rate: 0.75, rate: 2, p50_ms: 3, p99_ms: 9, by: {} }
  const { report } = await verify(['cluster.term == 7 && target.cpu > 0.0 && requests.success_rate > 0.7'])
  expect(report.held).toBe(true)
  const evidence = report.evidence as Record<string, Json>
  for (const root of ['cluster', 'target', 'requests'] as const) {
    // Facts that could not be had are missing, so nothing is required here; what is there must fit.
    const problems = createValidator({ ...ROOTS[root], required: [] })(evidence[root])
    expect(problems, root).toEqual([])
  }
})

test('a node that is down in the window is seen, with the value that was seen', async () => {
  await kill('node-2')
  const { report } = await verify(['cluster.healthy_ratio >= 0.95'])
  expect(report.held).toBe(false)
  expect(report.unmet).toEqual([{ that: 'cluster.healthy_ratio >= 0.95', seen: 'cluster.healthy_ratio = 0.667' }])
})

test('a node that is meant to be down is no member', async () => {
  await kill('node-2')
  world.detector.desired['node-2'] = 'failed'
  const { report } = await verify(['cluster.healthy_ratio == 1.0', 'cluster.members == 2'])
  expect(report.held).toBe(true)
})

test('unknown is never true: without requests, and without the detector', async () => {
  const none = await verify(['requests.success_rate > 0.9'])
  expect(none.report).toMatchObject({ held: false, unmet: [{ seen: 'unknown: requests.success_rate is not known' }] })
  world.detector.mood.is = 'failing'
  const blind = await verify(['cluster.healthy_ratio >= 0.0'])
  expect(blind.report.unmet).toEqual([
    { that: 'cluster.healthy_ratio >= 0.0', seen: 'unknown: cluster.healthy_ratio is not known' },
  ])
})

test('what holds only at the end of the time is not held, and says so', async () => {
  const { report } = await verify(['target.healthy'], { withinMs: 400, stableMs: 2_000 })
  expect(report).toMatchObject({
    held: false,
    unmet: [{ seen: 'held at the end, but not for 2 s on end within 0.4 s' }],
  })
})

test('it reads the rest of the scope as given', async () => {
  const { report } = await verify(['steps.a.output.n == 3 && inputs.b'], {
    scope: { steps: { a: { output: { n: 3 } } }, inputs: { b: true } },
  })
  expect(report.held).toBe(true)
})

test('it ends within a second of its cancellation, while everything hangs', async () => {
  world.balancer.mood.is = 'hanging'
  world.detector.mood.is = 'silent'
  const { error, tookMs } = await verify(
    ['cluster.healthy_ratio > 0.5 && requests.count > 0'],
    { withinMs: 30_000 },
    { cancelAfterMs: 100 },
  )
  expect(error?.name).toBe('CancelledFailure')
  expect(tookMs).toBeLessThan(1_100)
})

test('a target that is not in the inventory is refused', async () => {
  const { error } = await verify(['true'], { target: 'node-99' })
  expect(error).toMatchObject({ type: 'refused' })
})
