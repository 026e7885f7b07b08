// Alerts and runbooks: which is for which, what a label may reach, and that one bad alert holds up no other.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { match } from '../../../activities/watching/match.ts'
import { route } from '../../../activities/watching/route.ts'
import type { KnownRunbook, WatchingDeps } from '../../../activities/watching/create-watching.ts'
import type { Alert, Decision } from '../../../src/guard/protocol.ts'
import type { Cluster, Inventory } from '../../../src/inventory/inventory.ts'
import type { JournalRecord } from '../../../src/journal/journal.ts'
import type { InputSpec, Plan, TriggerSpec } from '../../../src/plan/plan.ts'
import { planOf } from '../../guard/cases.ts'

let server: Server
let status = 200
let inventory: Inventory
beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(status).end('{"status":"healthy"}'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const node = (name: string) => ({ name, address, zone: null, aliases: [`${name}:9100`], spare: false })
  const cluster = {
    name: 'lab',
    nodes: [node('node-1'), node('node-2')],
    services: [],
    heartbeat: { kind: 'http', path: '/', intervalMs: 1_000, timeoutMs: 800 },
    guard: { runsInFlight: 5, startsPerMinute: 10, override: null },
  } as unknown as Cluster
  inventory = { version: 1, clusters: [cluster], groups: [], acceptance: false }
})
afterAll(() => void server.close())

const NODE: InputSpec = {
  ...{ name: 'node', type: 'node', summary: null, required: true, default: null },
  schema: { type: 'string' },
}
const on = (labels: Readonly<Record<string, string>>, when: string | null = null): TriggerSpec => ({
  ...{ kind: 'alert', labels, when },
  bind: { node: { cel: 'alert.labels.instance' } },
})
const runbook = (name: string, triggers: readonly TriggerSpec[], plan: Partial<Plan> = {}): KnownRunbook => ({
  plan: { ...planOf(name), inputs: [NODE], triggers, ...plan },
  planHash: 'h',
})
const alertOf = (labels: Readonly<Record<string, string>>): Alert => ({
  fingerprint: JSON.stringify(labels),
  status: 'firing',
  labels: { alertname: 'NodeDown', instance: 'node-2:9100', ...labels },
  annotations: {},
  starts_at: '2026-01-01T00:00:00.000Z',
  delivery: 'd1',
})
function world(...runbooks: readonly KnownRunbook[]) {
  const records = new Map<string, JournalRecord>()
  const journal = {
    append: async (given: readonly JournalRecord[]) =>
      given.filter(({ id }) => !records.has(id)).map((each) => records.set(each.id, each)).length,
  }
  const log = { error: () => undefined, info: () => undefined, warn: () => undefined }
  const deps = { inventory: () => inventory, runbooks: () => runbooks, journal, log, now: () => 1 }
  return {
    records,
    route: async (...alerts: readonly Alert[]) =>
      (await route({ cluster: 'lab', alerts }, deps as unknown as WatchingDeps)).routed,
    match: (alert: Alert) => {
      const trigger = { kind: 'alert', target: 'node-2', runbook: 'r', alert, at: 1, evidence: '' } as const
      return match({ cluster: 'lab', trigger }, deps as unknown as WatchingDeps)
    },
    refusals: () => [...records.values()].map(({ body }) => body as unknown as Decision),
  }
}

describe('routing', () => {
  test('an alert reaches the runbook whose labels it has, on the target that the inventory knows by that alias', async () => {
    const { route } = world(runbook('heal', [on({ alertname: 'NodeDown' })]))
    expect(await route(alertOf({}))).toMatchObject([{ runbook: 'heal', target: 'node-2' }])
  })

  test('the more specific wins: more labels, a name before a pattern, a further condition before none', async () => {
    const books = [
      runbook('a-any', [on({ alertname: '~Node.*' })]),
      runbook('b-name', [on({ alertname: 'NodeDown' })]),
      runbook('c-severity', [on({ alertname: 'NodeDown', severity: 'critical' })]),
      runbook('d-when', [on({ alertname: 'NodeDown', severity: 'critical' }, "alert.labels.team == 'a'")]),
    ]
    const { route } = world(...books)
    const winner = async (labels: Readonly<Record<string, string>>) => (await route(alertOf(labels)))[0]?.runbook
    expect(await winner({ alertname: 'NodeSlow' })).toBe('a-any')
    expect(await winner({})).toBe('b-name')
    expect(await winner({ severity: 'critical', team: 'b' })).toBe('c-severity')
    expect(await winner({ severity: 'critical', team: 'a' })).toBe('d-when')
  })

  test('a pattern fits the whole value, and a hostile one costs nothing', async () => {
    const { route } = world(runbook('heal', [on({ alertname: '~(a+)+|Node' })]))
    expect(await route(alertOf({ alertname: 'NodeDown' }))).toEqual([])
    const began = performance.now()
    expect(await route(alertOf({ alertname: `${'a'.repeat(50_000)}!` }))).toEqual([])
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('a target that the inventory does not have is refused with its name, once, however often it is told', async () => {
    const { route, refusals } = world(runbook('heal', [on({ alertname: 'NodeDown' })]))
    for (const name of ['prod-db', 'node-1; rm -rf /', '../node-1', '-oProxyCommand=x', '__proto__', '']) {
      for (let time = 0; time < 3; time++) expect(await route(alertOf({ instance: name }))).toEqual([])
    }
    expect(refusals().map(({ kind, reason, target }) => [kind, reason, target])).toEqual(
      ['prod-db', 'node-1; rm -rf /', '../node-1', '-oProxyCommand=x', '__proto__', ''].map((name) => [
        'refused',
        'unknown-target',
        name,
      ]),
    )
  })

  test('labels cannot choose the runbook, its guard or its inputs', async () => {
    const { route, match } = world(runbook('heal', [on({ alertname: 'NodeDown' })]))
    const hostile = alertOf({
      runbook: 'other',
      target: 'node-1',
      node: 'node-1',
      automation: 'auto',
      approval: 'none',
    })
    expect(await route(hostile)).toMatchObject([{ runbook: 'heal', target: 'node-2' }])
    expect((await match(hostile)).candidates[0]?.inputs).toEqual({ node: 'node-2' })
  })

  test('an alert that no runbook is for is refused in the journal', async () => {
    const { route, refusals } = world(runbook('heal', [on({ alertname: 'Other' })]))
    expect(await route(alertOf({}), alertOf({ n: '2' }))).toEqual([])
    expect(refusals().map(({ reason }) => reason)).toEqual(['no-runbook', 'no-runbook'])
  })

  test('an alert that cannot be judged is refused by itself; the others go on', async () => {
    const { route, refusals } = world(runbook('heal', [on({ alertname: 'NodeDown' })]))
    const poison = alertOf({})
    Object.defineProperty(poison.labels, 'instance', {
      get: () => {
        throw new TypeError('a bug of ours')
      },
    })
    expect(await route(poison, alertOf({ n: '2' }))).toHaveLength(1)
    expect(refusals()).toMatchObject([{ reason: 'bad-inputs' }])
  })
})

describe('an alert for a runbook that also answers to a verdict', () => {
  const onVerdict: TriggerSpec = { kind: 'verdict', verdict: 'suspect', when: null, bind: { node: { lit: 'node-2' } } }
  test('is contradicted by a probe that finds the node healthy, and confirmed by one that does not', async () => {
    const { match } = world(runbook('heal', [on({ alertname: 'NodeDown' }), onVerdict]))
    status = 200
    expect((await match(alertOf({}))).contradicted).toContain('1 of 1')
    status = 503
    expect((await match(alertOf({}))).contradicted).toBeUndefined()
  })
  test('of another kind is not asked', async () => {
    status = 200
    const { match } = world(runbook('tidy', [on({ alertname: 'NodeDown' })]))
    expect((await match(alertOf({}))).contradicted).toBeUndefined()
  })
})
