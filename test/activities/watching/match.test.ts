import { describe, expect, test } from 'vitest'
import { grant } from '../../../activities/watching/grant.ts'
import { match } from '../../../activities/watching/match.ts'
import type { KnownRunbook, WatchingDeps } from '../../../activities/watching/create-watching.ts'
import type { GrantRequest, Trigger } from '../../../src/guard/protocol.ts'
import type { Cluster, Inventory, Node } from '../../../src/inventory/inventory.ts'
import type { InputSpec, Plan, TriggerSpec } from '../../../src/plan/plan.ts'
import { planOf } from '../../guard/cases.ts'

const node = (name: string, zone: string, aliases: readonly string[] = []): Node => ({
  name,
  address: 'http://x',
  zone,
  aliases,
  spare: false,
})
const cluster = {
  name: 'lab',
  nodes: [node('node-1', 'east', ['10.0.0.1:9100']), node('node-2', 'east'), node('node-3', 'west')],
  services: [{ name: 'ollama', members: ['node-1', 'node-2'] }],
  guard: { runsInFlight: 5, startsPerMinute: 10, override: null },
} as unknown as Cluster
const inventory: Inventory = { version: 1, clusters: [cluster], groups: [], acceptance: false }

const NODE: InputSpec = {
  name: 'node',
  type: 'node',
  summary: null,
  required: true,
  default: null,
  schema: { type: 'string' },
}
const bind = { node: { cel: 'target.name' } }
const onSuspect: TriggerSpec = { kind: 'verdict', verdict: 'suspect', when: null, bind }
const runbook = (plan: Partial<Plan> & { name: string }): KnownRunbook => ({
  plan: { ...planOf(plan.name), inputs: [NODE], triggers: [onSuspect], ...plan },
  planHash: 'h',
})
const deps = (...runbooks: readonly KnownRunbook[]) =>
  ({ inventory: () => inventory, runbooks: () => runbooks }) as unknown as WatchingDeps
const suspicion = (verdict: 'suspect' | 'failed' = 'suspect', target = 'node-1'): Trigger => ({
  kind: 'verdict',
  target,
  verdict,
  phi: 9,
  at: 1,
  evidence: '',
})
const ask = (inputs: Record<string, never> | Record<string, string | number>, name = 'r'): Trigger => ({
  kind: 'person',
  runbook: name,
  inputs,
  by: 'ada',
  at: 1,
  requestId: 'q',
})

describe('matching', () => {
  test('binds the inputs of a runbook whose trigger fits, with the target, its lock and the cluster limits', async () => {
    const report = await match({ cluster: 'lab', trigger: suspicion() }, deps(runbook({ name: 'r' })))
    expect(report).toMatchObject({
      candidates: [{ inputs: { node: 'node-1' }, target: 'node-1', lock: 'node-1', covers: ['node-1'] }],
      limits: cluster.guard,
    })
  })
  test('puts the more specific first: a condition before none, failed before suspect; a failed node also was suspect', async () => {
    const books = [
      runbook({ name: 'a-plain' }),
      runbook({ name: 'b-failed', triggers: [{ ...onSuspect, verdict: 'failed' }] }),
      runbook({ name: 'c-when', triggers: [{ ...onSuspect, when: "target.zone == 'east'" }] }),
      runbook({ name: 'd-elsewhere', triggers: [{ ...onSuspect, when: "target.zone == 'west'" }] }),
    ]
    const names = async (trigger: Trigger) =>
      (await match({ cluster: 'lab', trigger }, deps(...books))).candidates.map(({ plan }) => plan.name)
    expect(await names(suspicion('suspect'))).toEqual(['c-when', 'a-plain'])
    expect(await names(suspicion('failed'))).toEqual(['c-when', 'b-failed', 'a-plain'])
  })
  test('a cluster that shares its name with a service is still one target, and an input says by its type which is meant', async () => {
    const shared = { ...cluster, services: [{ name: 'lab', members: ['node-1', 'node-2'] }] } as unknown as Cluster
    const of = async (plan: Partial<Plan>, trigger: Trigger) =>
      (
        await match({ cluster: 'lab', trigger }, {
          inventory: () => ({ ...inventory, clusters: [shared] }),
          runbooks: () => [runbook({ name: 'r', ...plan })],
        } as unknown as WatchingDeps)
      ).candidates
    expect(await of({ inputs: [] }, ask({}))).toMatchObject([{ target: 'lab' }])
    const input = { ...NODE, name: 'what' }
    const guard = (lock: 'service' | 'cluster') => ({ ...planOf('r').guard, lock })
    const [service] = await of(
      { inputs: [{ ...input, type: 'service' }], guard: guard('service') },
      ask({ what: 'lab' }),
    )
    expect(service?.covers).toEqual(['node-1', 'node-2'])
    const [whole] = await of({ inputs: [{ ...input, type: 'cluster' }], guard: guard('cluster') }, ask({ what: 'lab' }))
    expect(whole?.covers).toEqual(['*'])
  })
  test('only `returned` answers to a return', async () => {
    const books = [
      runbook({ name: 'heals' }),
      runbook({ name: 'brings-back', triggers: [{ kind: 'returned', when: null, bind }] }),
    ]
    const report = await match(
      { cluster: 'lab', trigger: { kind: 'returned', target: 'node-1', at: 1, evidence: '' } },
      deps(...books),
    )
    expect(report.candidates.map(({ plan }) => plan.name)).toEqual(['brings-back'])
  })
  test('a condition without a value refuses that runbook in words, and no other', async () => {
    const bad = runbook({ name: 'bad', triggers: [{ ...onSuspect, when: 'target.nothing > 1' }] })
    const report = await match({ cluster: 'lab', trigger: suspicion() }, deps(bad, runbook({ name: 'good' })))
    expect(report.candidates.map(({ plan }) => plan.name)).toEqual(['good'])
    expect(report.refused).toMatchObject([
      { runbook: 'bad', reason: expect.stringContaining('target.nothing') as string },
    ])
  })
  test('a target that is not in the inventory is refused, whoever names it', async () => {
    const byDetector = await match(
      { cluster: 'lab', trigger: suspicion('suspect', 'prod-db') },
      deps(runbook({ name: 'r' })),
    )
    expect(byDetector).toMatchObject({
      candidates: [],
      refused: [{ reason: expect.stringContaining('`prod-db`') as string }],
    })
    const byPerson = await match({ cluster: 'lab', trigger: ask({ node: 'prod-db' }) }, deps(runbook({ name: 'r' })))
    expect(byPerson).toMatchObject({
      candidates: [],
      refused: [{ reason: expect.stringContaining('no node `prod-db`') as string }],
    })
  })
  test('a person may name a node by its alias; the run gets its own name', async () => {
    const report = await match(
      { cluster: 'lab', trigger: ask({ node: '10.0.0.1:9100' }) },
      deps(runbook({ name: 'r' })),
    )
    expect(report.candidates).toMatchObject([{ inputs: { node: 'node-1' }, target: 'node-1' }])
  })
  test('all that is wrong with inputs is told at once, and an unknown runbook by name', async () => {
    const limited = { ...NODE, name: 'count', type: 'int', schema: { type: 'integer', maximum: 3 } } as const
    const report = await match(
      { cluster: 'lab', trigger: ask({ count: 9, speed: 1 }) },
      deps(runbook({ name: 'r', inputs: [NODE, limited] })),
    )
    expect(report.refused[0]?.reason).toBe(
      'There is no input `speed`; the runbook has `node`, `count`. The input `node` (node) is missing. The input `count` must be <= 3.',
    )
    expect((await match({ cluster: 'lab', trigger: ask({}, 'nope') }, deps())).refused).toEqual([
      { runbook: 'nope', reason: 'There is no runbook of this name.' },
    ])
  })
  test('defaults are filled in', async () => {
    const grace = {
      ...NODE,
      name: 'grace',
      type: 'duration',
      required: false,
      default: 5_000,
      schema: { type: 'integer' },
    } as const
    const report = await match(
      { cluster: 'lab', trigger: suspicion() },
      deps(runbook({ name: 'r', inputs: [NODE, grace] })),
    )
    expect(report.candidates[0]?.inputs).toEqual({ node: 'node-1', grace: 5_000 })
  })
  test.each([
    ['node', 'node-1', ['node-1']],
    ['service', 'ollama', ['node-1', 'node-2']],
    ['zone', 'zone/east', ['node-1', 'node-2']],
    ['cluster', 'lab', ['*']],
    [null, null, []],
  ] as const)('the lock %s of a node is %s', async (lock, name, covers) => {
    const report = await match(
      { cluster: 'lab', trigger: suspicion() },
      deps(runbook({ name: 'r', guard: planOf('r', { lock }).guard })),
    )
    expect(report.candidates[0]).toMatchObject({ lock: name, covers })
  })
})

describe('asking for leave', () => {
  const request = (target: string): GrantRequest => ({
    workflowId: 'w',
    runId: 'r',
    runbook: 'r',
    planHash: 'h',
    target,
    lock: 'a-lie',
    guard: planOf('r', { lock: 'service' }).guard,
    startedBy: { kind: 'person', name: 'ada' },
  })
  test('the lock is resolved through the inventory; what the run claims is not believed', async () => {
    const asked: unknown[] = []
    const detector = { grant: (name: string, sent: unknown) => Promise.resolve(void asked.push(name, sent)) }
    await grant(request('node-2'), { ...deps(), detector } as unknown as WatchingDeps)
    expect(asked).toMatchObject(['lab', { lock: 'ollama', covers: ['node-1', 'node-2'], cluster: 'lab' }])
  })
  test('there is none for a target that is not in the inventory', async () => {
    expect(await grant(request('prod-db'), deps())).toMatchObject({ granted: false, reason: 'unknown-target' })
  })
})
