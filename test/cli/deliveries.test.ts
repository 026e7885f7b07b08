// Deliveries and routes as a person sees them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Alert, Decision } from '../../src/guard/protocol.ts'
import type { Delivery } from '../../src/intake/delivery.ts'
import { writeHooksNote } from '../../src/intake/hooks-note.ts'
import { createWorld, NOW, speak, type World } from './fakes.ts'

const folder = mkdtempSync(join(tmpdir(), 'phix-deliveries-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const alertOf = (fingerprint: string): Alert => ({
  ...{ fingerprint, status: 'firing', labels: { alertname: `A-${fingerprint}`, instance: 'node-2' }, annotations: {} },
  ...{ starts_at: '2026-01-01T00:00:00.000Z', delivery: 'd' },
})
const deliveryOf = (id: string, alerts: readonly Alert[], more: Partial<Delivery> = {}): Delivery => ({
  ...{ id, sender: 'alertmanager', at: NOW - 1_000, headers: {}, bytes: 10, alerts, handed: { lab: 'signalled' } },
  ...{ quarantined: [], lost: 0, refused: null, ...more },
})
function worldWith(...deliveries: readonly Delivery[]): World {
  const world = createWorld()
  const decided = (alert: Alert, kind: Decision['kind'], reason: string): Decision => ({
    ...{ id: alert.fingerprint, at: NOW, cluster: 'lab', target: 'node-2', runbook: 'r', kind, reason, message: '' },
    trigger: { kind: 'alert', target: 'node-2', runbook: 'r', alert, at: NOW, evidence: '' },
    workflowId: null,
  })
  const record = (kind: 'delivery' | 'decision', id: string, body: object) => ({
    ...{ id, kind, at: NOW, cluster: 'lab', target: null, workflowId: null },
    body: body as never,
  })
  world.records = [
    ...deliveries.map((each) => record('delivery', each.id, each)),
    record('decision', '1', decided(alertOf('f1'), 'started', 'free')),
    record('decision', '2', decided(alertOf('f2'), 'refused', 'unknown-target')),
  ]
  return world
}

test('each delivery says what became of its alerts, and why not more', async () => {
  const world = worldWith(
    deliveryOf('d-one', [alertOf('f1'), alertOf('f2'), alertOf('f3')]),
    deliveryOf('d-bad', [], { refused: 'it is no JSON' }),
    deliveryOf('d-lost', [alertOf('f1')], { lost: 97 }),
  )
  const { out, exit } = await speak(['deliveries'], world, folder)
  expect(exit).toBe(0)
  expect(out).toContain('1 started, 1 refused, 1 waiting')
  expect(out).toContain('unknown-target')
  expect(out).toContain('refused: it is no JSON')
  expect(out).toContain('97 LOST')
})

test('only those of which something was refused', async () => {
  const world = worldWith(deliveryOf('d-good', [alertOf('f1')]), deliveryOf('d-two', [alertOf('f2')]))
  const { out } = await speak(['deliveries', 'refused'], world, folder)
  expect(out).toContain('d-two')
  expect(out).not.toContain('d-good')
  expect((await speak(['deliveries', 'accepted'], world, folder)).exit).toBe(2)
})

test('a replay hands the alerts over once more; an id that means none or two is not guessed', async () => {
  const world = worldWith(deliveryOf('d-one', [alertOf('f1')]), deliveryOf('d-other', [alertOf('f2')]))
  const handed: string[] = []
  const connect = world.connect
  world.connect = () => {
    const engine = connect()
    const alert = async (cluster: string, { alerts }: { alerts: readonly Alert[] }): Promise<void> =>
      void handed.push(`${cluster} ${alerts.map(({ fingerprint }) => fingerprint).join()}`)
    return { ...engine, detector: { ...engine.detector, alert } }
  }
  expect((await speak(['deliveries', 'replay', 'd-on'], world, folder)).exit).toBe(0)
  expect(handed).toEqual(['lab f1'])
  expect((await speak(['deliveries', 'replay', 'd-'], world, folder)).exit).toBe(6)
  expect((await speak(['deliveries', 'replay', 'x'], world, folder)).exit).toBe(6)
})

test('hooks that believe anybody are the first line of the status, as long as their server lives', async () => {
  writeHooksNote(folder, { pid: process.pid, hooks: ['generic'], insecure: true })
  const { out } = await speak(['status'], createWorld(), folder)
  expect(out.split('\n')[0]).toContain('--insecure-dev')
  writeHooksNote(folder, { pid: 2 ** 22 - 1, hooks: ['generic'], insecure: true })
  expect((await speak(['status'], createWorld(), folder)).out).not.toContain('--insecure-dev')
})

test('a route that cannot be found is told with exit 4; a file that holds no alert with 3', async () => {
  const file = join(folder, 'alert.json')
  writeFileSync(file, JSON.stringify({ labels: { alertname: 'Nobody', instance: 'node-2' } }))
  const none = await speak(['route', 'test', file], createWorld(), folder)
  expect([none.exit, none.out]).toEqual([4, expect.stringContaining('no runbook is for it')])
  writeFileSync(file, '{"labels": 7}')
  expect((await speak(['route', 'test', file], createWorld(), folder)).exit).toBe(3)
  expect((await speak(['route', 'test', join(folder, 'missing')], createWorld(), folder)).exit).toBe(6)
})
