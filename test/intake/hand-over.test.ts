// What is acknowledged survives; what is not is asked for again. In order, in few signals, in little memory.
import { describe, expect, test } from 'vitest'
import { alertOf, createIntakeBench, SECRET } from './intake-bench.ts'

const known = { authorization: `Bearer ${SECRET}` }
const notification = (alerts: readonly object[], more: object = {}): string =>
  JSON.stringify({ version: '4', alerts, ...more })

describe('while Temporal is away', () => {
  test('what came first goes first when it is back, and nothing overtakes what waits', async () => {
    const bench = createIntakeBench()
    bench.temporal.isAway = true
    await bench.post('alertmanager', notification([alertOf('firing')]), known)
    await bench.handOver.start()
    bench.temporal.isAway = false
    const late = await bench.post('alertmanager', notification([alertOf('resolved')]), known)
    expect(await late.json()).toMatchObject({ handed: { lab: 'spooled' } })
    await expect
      .poll(() => bench.signalled().map(({ status }) => status), { timeout: 5_000 })
      .toEqual(['firing', 'resolved'])
    await expect.poll(() => bench.handOver.depth()).toBe(0)
    bench.clock.now += 2_000
    await bench.post('alertmanager', notification([alertOf('firing', 'n', 'f9')]), known)
    expect(bench.deliveries().at(-1)?.handed).toEqual({ lab: 'signalled' })
    await bench.handOver.stop()
  })

  test('a process that dies with a full spool loses nothing: the next one hands it on once', async () => {
    const bench = createIntakeBench()
    bench.temporal.isAway = true
    for (let index = 0; index < 20; index++)
      expect(
        (await bench.post('alertmanager', notification([alertOf('firing', 'n', `f${index}`)]), known)).status,
      ).toBe(202)
    bench.restart()
    bench.temporal.isAway = false
    await bench.handOver.start()
    await expect.poll(() => bench.handOver.depth(), { timeout: 5_000 }).toBe(0)
    expect(bench.signalled().map(({ fingerprint }) => fingerprint)).toEqual(
      Array.from({ length: 20 }, (_, index) => `f${index}`),
    )
    await bench.handOver.stop()
    bench.restart()
    await bench.handOver.start()
    expect(bench.handOver.depth()).toBe(0)
    await bench.handOver.stop()
  })

  test('nobody is acknowledged without a record, and it goes on by itself when there is room again', async () => {
    const bench = createIntakeBench()
    bench.state.isFull = true
    for (const isAway of [true, false]) {
      bench.temporal.isAway = isAway
      expect((await bench.post('alertmanager', notification([alertOf('firing')]), known)).status).toBe(503)
    }
    bench.state.isFull = false
    bench.clock.now += 2_000
    expect((await bench.post('alertmanager', notification([alertOf('firing')]), known)).status).toBe(202)
  })
})

describe('in a storm', () => {
  test('ten thousand alerts in one delivery are taken in one go', async () => {
    const bench = createIntakeBench()
    const alerts = Array.from({ length: 10_000 }, (_, index) => ({
      ...alertOf('firing', `node-${index}`, `s${index}`),
      annotations: { summary: 'x'.repeat(200), description: 'y'.repeat(100), other: 'z' },
    }))
    const text = notification(alerts)
    expect(text.length).toBeGreaterThan(4_000_000)
    const began = performance.now()
    expect((await bench.post('alertmanager', text, known)).status).toBe(202)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(bench.signalled()).toHaveLength(10_000)
    expect(bench.deliveries()[0]?.alerts).toHaveLength(10_000)
  })

  test('deliveries that come together are few signals and few commits', async () => {
    const bench = createIntakeBench()
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, index) =>
        bench.post('alertmanager', notification([alertOf('firing', 'n', `f${index}`)]), known),
      ),
    )
    expect(answers.every(({ status }) => status === 202)).toBe(true)
    expect(bench.signalled()).toHaveLength(400)
    expect(bench.temporal.batches.length).toBeLessThan(100)
    expect(bench.state.appends).toBeLessThan(100)
  })

  test('more at once than can be held is asked for again, and room comes back', async () => {
    const bench = createIntakeBench()
    const text = notification([alertOf('firing')])
    const answers = await Promise.all(Array.from({ length: 700 }, () => bench.post('alertmanager', text, known)))
    const statuses = new Set(answers.map(({ status }) => status))
    expect(statuses).toEqual(new Set([202, 503]))
    expect((await bench.post('alertmanager', text, known)).status).toBe(202)
  })

  test('a list that no sender would send is refused', async () => {
    const bench = createIntakeBench()
    const text = notification(Array.from({ length: 20_001 }, () => ({})))
    expect((await bench.post('alertmanager', text, known)).status).toBe(400)
  })
})

test('alerts that were left out and cannot be read back are counted as lost, and the detector is told', async () => {
  const bench = createIntakeBench()
  const answer = await bench.post('alertmanager', notification([alertOf('firing')], { truncatedAlerts: 97 }), known)
  expect(await answer.json()).toMatchObject({ lost: 97 })
  expect(bench.temporal.batches.map(({ batch }) => batch.lost?.count)).toEqual([undefined, 97])
})

test('an alert of an inventory with several clusters is of the one that it names, or that has its target; else it is put aside', async () => {
  const { clusterOfAlert } = await import('../../src/intake/place-alert.ts')
  const cluster = (name: string, node: string) => ({
    ...{ name, services: [] },
    nodes: [{ name: node, aliases: [`${node}:9100`] }],
  })
  const inventory = {
    clusters: [cluster('east', 'node-1'), cluster('west', 'node-2'), cluster('north', 'node-1')],
  } as never
  const placed = (labels: Readonly<Record<string, string>>) => clusterOfAlert({ labels } as never, inventory)
  expect(placed({ cluster: 'east', instance: 'node-2:9100' })).toBe('east')
  expect(placed({ instance: 'node-2:9100' })).toBe('west')
  expect(placed({ instance: 'node-1' })).toBeNull()
  expect(placed({ instance: 'prod-db' })).toBeNull()
})
