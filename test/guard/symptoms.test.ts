// What the triggers of runbooks see for themselves, and which of several causes is acted on.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SymptomPhase, Trigger } from '../../src/guard/protocol.ts'
import type { UndoEntry } from '../../src/plan/run.ts'
import { candidateOf, createBench, NODES, planOf, reportOf, symptomOf } from './cases.ts'

/** Every trigger is matched by the runbook that watches it. */
const byRunbook = (trigger: Trigger) => {
  if (trigger.kind === 'person') return reportOf(candidateOf('node-1'))
  const isWide = trigger.target === 'lab'
  const name = trigger.kind === 'condition' ? trigger.runbook : 'single-node-recovery'
  const plan = planOf(name, { lock: isWide ? 'cluster' : 'node' })
  return reportOf(candidateOf(trigger.target, plan, isWide ? ['*'] : [trigger.target]))
}
const bench = () => createBench({ match: byRunbook })
const reasons = ({ state }: ReturnType<typeof bench>) =>
  state.decisions.map(({ target, kind, reason }) => `${target} ${kind} ${reason}`)

describe('a symptom', () => {
  test('starts its runbook once it stands, and only once while it stands', () => {
    const guard = bench()
    guard.feel('gray', 'node-2', 'pending', 1000)
    expect(guard.started).toEqual([])
    guard.feel('gray', 'node-2', 'standing', 3000)
    guard.feel('gray', 'node-2', 'standing', 18_000)
    expect(guard.started).toHaveLength(1)
    expect(guard.state.decisions[0]?.message).toContain('cluster.ill = 3')
  })

  test('whose evidence goes missing neither starts anything nor is over', () => {
    const guard = bench()
    guard.feel('gray', 'node-2', 'standing', 1000)
    guard.feel('gray', 'node-2', 'unknown', 2000)
    guard.feel('gray', 'node-2', 'standing', 3000)
    expect(guard.started).toHaveLength(1)
    const other = bench()
    other.feel('gray', 'node-2', 'unknown', 1000)
    expect(other.started).toEqual([])
  })

  test('that nobody has told of for a while is not believed any more', () => {
    const guard = bench()
    guard.send({ kind: 'observed', observation: { kind: 'observer', at: 1, trusted: true, evidence: '' } }, 1)
    guard.feel('cascade', 'lab', 'pending', 1000)
    guard.observe('node-2', 'failed', 50_000)
    expect(guard.started.map((id) => id.split('/')[0])).toEqual(['single-node-recovery'])
  })

  test('stands in a new episode after its run has closed, once it is told again', () => {
    const guard = bench()
    guard.feel('gray', 'node-2', 'standing', 1000)
    guard.close(guard.started[0]!, 'effective', 20_000)
    expect(guard.started).toHaveLength(1)
    guard.feel('gray', 'node-2', 'standing', 21_000)
    expect(guard.started).toHaveLength(2)
  })

  test('on a node that is meant to be down starts nothing', () => {
    const guard = bench()
    guard.send({ kind: 'marked', request: { target: 'node-2', desired: 'drained', why: '', key: 'k' } }, 900)
    guard.feel('gray', 'node-2', 'standing', 1000)
    expect(guard.started).toEqual([])
    expect(guard.last).toMatchObject({ kind: 'refused', reason: 'not-wanted' })
  })

  test('that is not over keeps a node out that answers its heartbeats', () => {
    const guard = bench()
    guard.feel('gray', 'node-2', 'standing', 1000)
    guard.send({ kind: 'marked', request: { target: 'node-2', desired: 'failed', why: '', key: 'k' } }, 2000)
    guard.close(guard.started[0]!, 'effective', 20_000)
    guard.observe('node-2', 'healthy', 21_000)
    expect(guard.started).toHaveLength(1)
    guard.feel('gray', 'node-2', 'over', 22_000)
    expect(guard.started).toHaveLength(2)
    expect(guard.last?.trigger.kind).toBe('returned')
  })
})

describe('several causes at once', () => {
  test('three nodes that fail together are one cascade; the nodes are held by its name', () => {
    const guard = bench()
    guard.feel('cascade', 'lab', 'pending', 1000)
    for (const node of ['node-1', 'node-2', 'node-3']) guard.observe(node, 'suspect', 3200)
    expect(guard.started).toEqual([])
    expect(new Set(reasons(guard))).toEqual(
      new Set(['node-1 held settling', 'node-2 held settling', 'node-3 held settling']),
    )
    guard.feel('cascade', 'lab', 'standing', 4000)
    guard.send({ kind: 'tick' }, 20_000)
    expect(guard.started.map((id) => id.split('/')[0])).toEqual(['cascade'])
    const shadowed = guard.state.decisions.filter(({ kind }) => kind === 'shadowed')
    expect(shadowed.map(({ target }) => target).toSorted()).toEqual(['node-1', 'node-2', 'node-3'])
    expect(shadowed[0]?.message).toContain('is shadowed by `cascade` on `lab`')
  })

  test('a wider cause that does not come about lets the single one start', () => {
    const guard = bench()
    guard.feel('cascade', 'lab', 'pending', 1000)
    guard.observe('node-2', 'suspect', 3200)
    guard.feel('cascade', 'lab', 'over', 4000)
    guard.send({ kind: 'tick' }, 5000)
    expect(guard.started.map((id) => id.split('/')[0])).toEqual(['single-node-recovery'])
  })

  test('the graver of two on one node is acted on', () => {
    const guard = bench()
    guard.feel('disk', 'node-2', 'pending', 1000, 1)
    guard.feel('gray', 'node-2', 'standing', 3000, 0)
    guard.feel('disk', 'node-2', 'standing', 4000, 1)
    expect(guard.started.map((id) => id.split('/')[0])).toEqual(['disk'])
  })

  test('the same on several nodes waits a moment for a wider cause, and goes on where there is none', () => {
    const guard = bench()
    guard.feel('slow', 'node-3', 'pending', 2000)
    guard.feel('slow', 'node-2', 'standing', 3000)
    expect(guard.last).toMatchObject({ kind: 'held', reason: 'settling' })
    guard.feel('slow', 'node-3', 'over', 4000)
    guard.send({ kind: 'tick' }, 5000)
    expect(guard.started.map((id) => id.split('/')[1])).toEqual(['node-2'])
  })

  test('what may only watch puts nothing in the shade', () => {
    const guard = bench()
    guard.feel('watched-only', 'lab', 'standing', 1000, -1)
    guard.close(guard.started[0]!, 'effective', 1100)
    guard.observe('node-2', 'suspect', 3200)
    expect(guard.started.map((id) => id.split('/')[0])).toContain('single-node-recovery')
  })

  test('while a wider cause is seen no single one starts, in any order of events', () => {
    const phase = fc.constantFrom<SymptomPhase>('pending', 'standing', 'over', 'unknown')
    const event = fc.oneof(
      fc.record({ what: fc.constant('wide' as const), phase }),
      fc.record({ what: fc.constant('gray' as const), phase, node: fc.constantFrom(...NODES) }),
      fc.record({
        what: fc.constant('verdict' as const),
        node: fc.constantFrom(...NODES),
        verdict: fc.constantFrom('healthy' as const, 'suspect' as const),
      }),
      fc.record({ what: fc.constant('tick' as const) }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.integer({ min: 1, max: 10_000 })), { maxLength: 60 }), (events) => {
        const guard = bench()
        let now = 1_000
        let wide: SymptomPhase = 'over'
        for (const [each, afterMs] of events) {
          now += afterMs
          // `watch` tells again what it sees.
          if (wide === 'pending' || wide === 'standing') guard.feel('cascade', 'lab', wide, now)
          const before = guard.started.length
          if (each.what === 'wide') guard.feel('cascade', 'lab', (wide = each.phase), now)
          else if (each.what === 'gray') guard.feel('gray', each.node, each.phase, now)
          else if (each.what === 'verdict') guard.observe(each.node, each.verdict, now)
          else guard.send({ kind: 'tick' }, now)
          if (wide !== 'pending' && wide !== 'standing') continue
          expect(guard.started.slice(before).filter((id) => !id.startsWith('cascade'))).toEqual([])
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('a prediction', () => {
  const trend = (phase: SymptomPhase, value: number, at: number, confidence = 0.85) =>
    ({
      kind: 'observed',
      observation: {
        ...symptomOf('forecast', 'node-2', phase, at),
        cause: 'trend',
        forecast: { value, reaches: 0.95, dueAt: at + 60_000, confidence },
      },
    }) as const

  test('comes true where the limit is reached in its time, once, and is recorded', () => {
    const guard = bench()
    guard.send(trend('standing', 0.7, 1000), 1000)
    guard.send(trend('standing', 0.8, 20_000), 20_000)
    guard.send(trend('standing', 0.96, 50_000), 50_000)
    guard.send(trend('standing', 0.97, 51_000), 51_000)
    expect(guard.state.forecasts).toEqual({ open: {}, scores: [{ tenth: 8, made: 1, cameTrue: 1 }] })
    const audits = guard.effects.filter((effect) => effect.kind === 'record' && effect.record.kind === 'audit')
    expect(audits).toHaveLength(1)
  })
  test('was wrong where its time is over', () => {
    const guard = bench()
    guard.send(trend('standing', 0.7, 1000), 1000)
    guard.send(trend('over', 0.5, 20_000), 20_000)
    guard.send(trend('over', 0.5, 70_000), 70_000)
    expect(guard.state.forecasts?.scores).toEqual([{ tenth: 8, made: 1, cameTrue: 0 }])
  })
  test('of what is so already is none', () => {
    const guard = bench()
    guard.send(trend('standing', 0.96, 1000), 1000)
    expect(guard.state.forecasts).toBeUndefined()
  })
})

test('nodes that a run of the whole cluster took out keep what brings them back', () => {
  const guard = bench()
  const left = (node: string): UndoEntry => ({
    stepId: `mark-${node}`,
    title: 'Say what a node is meant to be',
    action: { name: 'node.mark', effect: 'change', idempotency: 'yes', attemptTimeoutMs: 1, heartbeatMs: 1 },
    args: { node, state: 'serving' },
    target: node,
  })
  guard.feel('cascade', 'lab', 'standing', 1000)
  guard.send({ kind: 'marked', request: { target: 'node-1', desired: 'failed', why: '', key: 'k' } }, 2000)
  guard.close(guard.started[0]!, 'effective', 3000, [left('node-1'), left('node-2')])
  expect(guard.state.targets['node-1']?.undoLater).toEqual([left('node-1')])
  expect(guard.state.targets['node-2']?.undoLater).toEqual([])
})
