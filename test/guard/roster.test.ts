import { describe, expect, test } from 'vitest'
import type { Roster } from '../../src/guard/protocol.ts'
import { createGuardState, KEPT, toDetectorState } from '../../src/guard/state.ts'
import { candidateOf, createBench, NODES, person, planOf, reportOf } from './cases.ts'

const LIMITS = { runsInFlight: 5, startsPerMinute: 10, override: null }
const rosterOf = (names: readonly string[], more: Partial<Roster> = {}): Roster => ({
  nodes: names.map((name) => ({ name, spare: false })),
  limits: LIMITS,
  page: ['night'],
  ...more,
})
const tell = (bench: ReturnType<typeof createBench>, roster: Roster, at: number) =>
  bench.send({ kind: 'observed', observation: { kind: 'roster', at, roster } }, at)

describe('a changed inventory', () => {
  test('takes nodes that have left out of the budget, and heals them no more', () => {
    const half = reportOf(candidateOf('node-1', planOf('r', { keepHealthyRatio: 0.7 })))
    const bench = createBench({ match: () => half })
    for (const name of ['node-4', 'node-5'])
      bench.change((state) => ({
        ...state,
        targets: { ...state.targets, [name]: { ...state.targets[name]!, verdict: 'failed', isIll: true } },
      }))
    bench.observe('node-1', 'failed', 1_000)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'budget' })
    tell(bench, rosterOf(['node-1', 'node-2', 'node-3', 'node-6']), 2_000)
    bench.observe('node-4', 'failed', 2_500)
    bench.observe('node-6', 'healthy', 2_600)
    expect(Object.keys(toDetectorState(bench.state, 0).targets)).toEqual(['node-1', 'node-2', 'node-3', 'node-6'])
    bench.send({ kind: 'tick' }, 60_000)
    expect(bench.started).toHaveLength(1)
  })

  test('brings limits at once, and says who is paged', () => {
    const bench = createBench()
    tell(bench, rosterOf(NODES, { limits: { ...LIMITS, runsInFlight: 0 } }), 900)
    bench.observe('node-1', 'failed', 1_000)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'too-many-runs' })
    expect(bench.state.page).toEqual(['night'])
  })

  test('a node that comes back is a member again, with what was seen of it meanwhile', () => {
    const bench = createBench()
    tell(bench, rosterOf(NODES.slice(1)), 900)
    bench.observe('node-1', 'failed', 1_000)
    expect(bench.started).toEqual([])
    tell(bench, rosterOf(NODES), 1_100)
    expect(bench.started).toHaveLength(1)
  })
})

describe('what a person reads', () => {
  test('a suggested runbook comes with the command that starts it', () => {
    const suggested = {
      ...candidateOf('node-1', planOf('r', {}, 'suggest')),
      inputs: { node: 'node-1', why: "it's", n: 3 },
    }
    const bench = createBench({ match: () => reportOf(suggested) })
    bench.observe('node-1', 'failed', 1_000)
    expect(bench.last).toMatchObject({ kind: 'shadowed', reason: 'suggest' })
    expect(bench.last?.message).toBe(
      "`r` is suggested; start it with: phix run r --input node=node-1 --input 'why=it'\\''s' --input n=3",
    )
  })

  test('a full journal holds automatic starts and says so; people start theirs; it goes on when there is room', () => {
    const bench = createBench()
    bench.send({ kind: 'journal', backlog: { waiting: 1_800, lost: 0 } }, 900)
    bench.observe('node-1', 'failed', 1_000)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'journal-away' })
    expect(toDetectorState(bench.state, 0).frozen).toBe('the journal cannot be written; 1800 records wait.')
    bench.matchWith(() => reportOf(candidateOf('node-2')))
    bench.ask(person('q', 1_100), 1_100)
    expect(bench.started).toHaveLength(1)
    bench.send({ kind: 'journal', backlog: { waiting: 2_000, lost: 3 } }, 1_200)
    expect(toDetectorState(bench.state, 0).frozen).toContain('3 older ones are lost')
    expect(bench.effects.filter(({ kind }) => kind === 'page')).toHaveLength(2)
    bench.matchWith(() => reportOf(candidateOf('node-1')))
    bench.send({ kind: 'journal', backlog: null }, 20_000)
    expect(bench.started).toHaveLength(2)
    expect(toDetectorState(bench.state, 0).frozen).toBeNull()
  })

  test('a start whose id is taken says whose run it joins, and keeps the lock for it', () => {
    const bench = createBench()
    bench.observe('node-1', 'failed', 1_000)
    const [workflowId] = bench.started
    bench.send({ kind: 'taken', workflowId: workflowId! }, 1_001)
    expect(bench.last).toMatchObject({ kind: 'joined', reason: 'already-there', workflowId })
    expect(bench.state.open).toHaveLength(1)
    bench.close(workflowId!, 'effective', 2_000)
    expect(bench.state.open).toEqual([])
  })

  test('the state of 500 nodes at their worst fits into one answer', () => {
    const names = Array.from({ length: 500 }, (_, n) => `rack-17-node-${n}.example.internal`)
    const bench = createBench()
    bench.change(() =>
      createGuardState(
        'lab',
        names.map((name) => ({ name, desired: 'serving' as const })),
      ),
    )
    const attempts = Array.from({ length: KEPT.attempts }, (_, n) => 1_800_000_000_000 + n)
    bench.change((state) => ({
      ...state,
      targets: Object.fromEntries(
        Object.entries(state.targets).map(([name, target]) => [
          name,
          {
            ...target,
            evidence: 'x'.repeat(300),
            ledgers: { ...target.ledgers, heal: { attempts, cooldownUntil: 1 } },
          },
        ]),
      ),
    }))
    bench.matchWith(() => ({ candidates: [], refused: [{ runbook: 'r', reason: 'y'.repeat(5_000) }] }))
    for (let n = 0; n < 300; n++)
      bench.ask({ ...person(`q${n}`, n), inputs: { text: 'z'.repeat(900) } } as ReturnType<typeof person>, n)
    expect(JSON.stringify(toDetectorState(bench.state, 0)).length).toBeLessThan(1_500_000)
    expect(JSON.stringify(bench.state).length).toBeLessThan(1_500_000)
    expect(Math.max(...bench.state.decisions.map(({ message }) => message.length))).toBeLessThanOrEqual(2_000)
  })
})
