// Alerts and a real detector: durable once the signal is taken, decided once, carried on when the detector continues as new.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Alert, Decision } from '../../src/guard/protocol.ts'
import { detectorId } from '../../src/plan/ids.ts'
import { resultOf } from '../guard/cases.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { startDetectorBench } from './detector-bench.ts'

describeWithTemporal('alerts that reach a detector', () => {
  let bench: Awaited<ReturnType<typeof startDetectorBench>>
  beforeAll(async () => {
    bench = await startDetectorBench()
  })
  afterAll(() => bench?.stop())

  const alertOf = (fingerprint: string, instance: string, status: Alert['status'] = 'firing'): Alert => ({
    ...{ fingerprint, status, labels: { alertname: 'NodeDown', instance }, annotations: {} },
    starts_at: '2026-01-01T00:00:00.000Z',
    delivery: 'd1',
  })
  const recorded = (cluster: string): readonly Decision[] =>
    [...bench.journal.records.values()]
      .filter((record) => record.kind === 'decision' && record.cluster === cluster)
      .map(({ body }) => body as unknown as Decision)

  test('one alert, told by two senders and again after it was resolved, is one run', async () => {
    const lab = await bench.start('alerts-one')
    const firing = alertOf('f1', 'node-2')
    await bench.engine.detector.alert(lab, { alerts: [firing, firing] })
    await bench.engine.detector.alert(lab, { alerts: [firing] })
    const { open } = await bench.until(lab, (state) => (state.open[0]?.runId ?? '') !== '')
    await bench.engine.detector.alert(lab, { alerts: [alertOf('f1', 'node-2', 'resolved')] })
    await bench.finish(open[0]?.workflowId ?? '', resultOf('effective'))
    await bench.until(lab, (state) => state.open.length === 0)
    await bench.engine.detector.alert(lab, { alerts: [firing, alertOf('f2', 'prod-db')] })
    await bench.until(lab, () => recorded(lab).some(({ reason }) => reason === 'unknown-target'))
    expect(await bench.runs(lab)).toHaveLength(1)
    expect((await bench.decisions(lab)).map(({ kind }) => kind)).toEqual(['started'])
  })

  test('ten thousand that no runbook is for are each refused, and the detector stays small', async () => {
    const lab = await bench.start('alerts-storm')
    const alerts = Array.from({ length: 10_000 }, (_, index) => alertOf(`s${index}`, `stranger-${index}`))
    // As intake does where the deadline passes: what was not taken is handed over again.
    for (let from = 0; from < alerts.length; from += 500)
      await bench.engine.detector.alert(lab, { alerts: alerts.slice(from, from + 500) })
    await bench.engine.detector.alert(lab, { alerts: [alertOf('real', 'node-1')] })
    await bench.until(lab, (state) => (state.open[0]?.runId ?? '') !== '', 60_000)
    expect(recorded(lab).filter(({ reason }) => reason === 'unknown-target')).toHaveLength(10_000)
    const { historyLength } = await bench.client.workflow.getHandle(detectorId(lab)).describe()
    expect(historyLength).toBeLessThan(2_000)
  }, 120_000)

  test('a message that is no alert hurts nobody', async () => {
    const lab = await bench.start('alerts-poison')
    const handle = bench.client.workflow.getHandle(detectorId(lab))
    for (const poison of [null, 7, {}, { alerts: 'x' }, { alerts: [null, { labels: 3 }, {}], lost: null }])
      await handle.signal('alerted', poison)
    await bench.engine.detector.alert(lab, { alerts: [alertOf('good', 'node-3')] })
    await bench.until(lab, (state) => state.open.length === 1)
  })

  test('alerts that nobody could read back page a person', async () => {
    const lab = await bench.start('alerts-lost')
    const limits = { runsInFlight: 5, startsPerMinute: 10, override: null }
    const roster = { nodes: [{ name: 'node-1', spare: false }], limits, page: ['night'] }
    await bench.engine.detector.observe(lab, [{ kind: 'roster', at: Date.now(), roster }])
    await bench.engine.detector.alert(lab, { alerts: [], lost: { count: 97, delivery: 'd9', sender: 'alertmanager' } })
    await bench.until(lab, () => bench.pages.some((message) => message.includes('97 alert(s)')))
  })

  test('a journal that is away delays the answer and loses none, also over a new start of the detector', async () => {
    const lab = await bench.start('alerts-carried', { eventsBeforeContinue: 20 })
    bench.journal.isDown = true
    await bench.engine.detector.alert(lab, { alerts: [alertOf('c1', 'stranger'), alertOf('c2', 'node-2')] })
    for (let time = 0; time < 12; time++) await bench.see(lab, 'node-1', 'healthy')
    const handle = bench.client.workflow.getHandle(detectorId(lab))
    const first = (await handle.describe()).runId
    for (const endAt = Date.now() + 30_000; (await handle.describe()).runId === first && Date.now() < endAt;)
      await bench.see(lab, 'node-1', 'healthy')
    expect((await handle.describe()).runId).not.toBe(first)
    bench.journal.isDown = false
    await bench.until(lab, (state) => state.open.length === 1, 30_000)
    expect(recorded(lab).some(({ reason }) => reason === 'unknown-target')).toBe(true)
  }, 90_000)
})
