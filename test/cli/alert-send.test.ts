// `phix alert send`: on the way of a hook, with the decision as its answer.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { AlertBatch, Decision } from '../../src/guard/protocol.ts'
import { createWorld, NOW, speak, type World } from './fakes.ts'

const folder = mkdtempSync(join(tmpdir(), 'phix-alert-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fileOf = (body: object): string => {
  const path = join(folder, 'alert.json')
  writeFileSync(path, JSON.stringify(body))
  return path
}
const alertOf = (more: object = {}): object => ({
  ...{ labels: { alertname: 'NodeDown', instance: 'node-2' }, startsAt: '2026-01-01T00:00:00Z', status: 'firing' },
  ...more,
})

/** A detector that answers every alert in the same way, as the real one does: in the journal. */
function worldThat(answers: Decision['kind'] | null, isAway = false): World & { readonly told: AlertBatch[] } {
  const world = createWorld()
  const told: AlertBatch[] = []
  const connect = world.connect
  world.connect = () => {
    const engine = connect()
    const alert = async (cluster: string, batch: AlertBatch): Promise<void> => {
      if (isAway) throw new Error('away')
      told.push(batch)
      if (answers === null) return
      const decided = batch.alerts.map((each, index): Decision => ({
        ...{ id: `d${index}`, at: NOW, cluster, target: 'node-2', runbook: 'r', kind: answers, reason: 'free' },
        ...{ message: `It was ${answers}.`, workflowId: null },
        trigger: { kind: 'alert', target: 'node-2', runbook: 'r', alert: each, at: NOW, evidence: 'NodeDown' },
      }))
      const record = (body: Decision) => ({
        ...({ id: body.id, kind: 'decision', at: NOW, cluster, target: 'node-2', workflowId: null } as const),
        body: body as never,
      })
      world.records = [...world.records, ...decided.map(record)]
    }
    return { ...engine, detector: { ...engine.detector, alert } }
  }
  return Object.assign(world, { told })
}

test('an alert is handed over slimmed, its delivery is written down, and the decision is the answer', async () => {
  const world = worldThat('started')
  const { out, exit } = await speak(['alert', 'send', fileOf(alertOf({ generatorURL: 'x' }))], world, folder)
  expect(exit).toBe(0)
  expect(out).toContain('It was started.')
  expect(world.told).toMatchObject([{ alerts: [{ labels: { alertname: 'NodeDown' }, status: 'firing' }] }])
  expect(JSON.stringify(world.told)).not.toContain('generatorURL')
  const delivery = world.records.find(({ kind }) => kind === 'delivery')
  expect(delivery?.body).toMatchObject({ sender: 'person', handed: { lab: 'signalled' } })
})

test('what the guards object to ends with 4, and so does an alert that nobody is asked about', async () => {
  expect((await speak(['alert', 'send', fileOf(alertOf())], worldThat('held'), folder)).exit).toBe(4)
  const resolved = fileOf({ version: '4', alerts: [alertOf({ status: 'resolved' })] })
  expect((await speak(['alert', 'send', resolved], worldThat('refused'), folder)).exit).toBe(0)
})

test('an answer that does not come ends with 5; a server that is away with 7, and the alert waits in the journal', async () => {
  const none = await speak(['alert', 'send', fileOf(alertOf()), '--timeout', '1s'], worldThat(null), folder)
  expect([none.exit, none.out]).toEqual([5, expect.stringContaining('no decision yet')])
  const world = worldThat('started', true)
  expect((await speak(['alert', 'send', fileOf(alertOf())], world, folder)).exit).toBe(7)
  const kinds = world.records.map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'delivery' || kind === 'spool')).toEqual(['delivery', 'spool'])
})

test('a cluster that is not there and a file without alerts are told before anything is sent', async () => {
  const world = worldThat('started')
  expect((await speak(['alert', 'send', fileOf(alertOf()), '--cluster', 'moon'], world, folder)).exit).toBe(6)
  expect((await speak(['alert', 'send', fileOf({ labels: 7 })], world, folder)).exit).toBe(3)
  expect((await speak(['alert', 'send', join(folder, 'none.json')], world, folder)).exit).toBe(6)
  expect(world.told).toEqual([])
})
