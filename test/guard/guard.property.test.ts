// Any order of events, doubled, late or lost: what must stay true of the guard, and that each stage is needed for it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advance, type GuardEvent } from '../../src/guard/guard.ts'
import type { Candidate, Decision, MatchReport, Trigger } from '../../src/guard/protocol.ts'
import { STAGES, type Stage } from '../../src/guard/stages.ts'
import { createGuardState, overlap, type GuardState } from '../../src/guard/state.ts'
import { OUTCOMES, type Outcome } from '../../src/plan/run.ts'
import { candidateOf, createBench, NODES, person, planOf, reportOf, resultOf, seen } from './cases.ts'

const ATTEMPTS = [
  { count: 1, windowMs: 30_000 },
  { count: 4, windowMs: 600_000 },
]
const PLAN = planOf('single-node-recovery', { attempts: ATTEMPTS, cooldownMs: 5_000 })
const WIDE = planOf('restart-all', { lock: 'service', onBusy: 'queue' })
const LIMITS = { runsInFlight: 3, startsPerMinute: 4, override: null }

type Move =
  | {
      readonly kind: 'observe'
      readonly node: string
      readonly verdict: 'healthy' | 'suspect' | 'failed' | 'unknown'
      readonly confirmed: boolean
      readonly lateMs: number
    }
  | { readonly kind: 'ask'; readonly id: number; readonly wide: boolean; readonly node: string }
  | {
      readonly kind: 'close'
      readonly index: number
      readonly outcome: Outcome
      readonly status: 'COMPLETED' | 'TERMINATED'
    }
  | { readonly kind: 'notLaunched'; readonly index: number }
  | {
      readonly kind: 'mark'
      readonly node: string
      readonly desired: 'serving' | 'failed' | 'drained'
      readonly key: number
    }
  | { readonly kind: 'doubt'; readonly trusted: boolean }
  | { readonly kind: 'deliver'; readonly index: number; readonly twice: boolean }
  | { readonly kind: 'tick' }

const node = fc.constantFrom(...NODES)
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('observe' as const),
      node,
      verdict: fc.constantFrom('healthy', 'suspect', 'failed', 'unknown'),
      confirmed: fc.boolean(),
      lateMs: fc.nat(3_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const), id: fc.nat(20), wide: fc.boolean(), node }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('close' as const),
      index: fc.nat(5),
      outcome: fc.constantFrom(...OUTCOMES),
      status: fc.constantFrom('COMPLETED', 'TERMINATED'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('notLaunched' as const), index: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('mark' as const),
      node,
      desired: fc.constantFrom('serving', 'failed', 'drained'),
      key: fc.nat(30),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('doubt' as const), trusted: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), index: fc.nat(10), twice: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
) as fc.Arbitrary<Move>

function matchOf(trigger: Trigger, wide: boolean): MatchReport {
  const candidate: Candidate =
    trigger.kind !== 'person'
      ? candidateOf(trigger.target, PLAN)
      : wide
        ? candidateOf('ollama', WIDE, NODES.slice(0, 3))
        : candidateOf(trigger.inputs['node'] as string, PLAN)
  return { candidates: [candidate], refused: [], limits: LIMITS }
}

/** Plays moves; matches are delivered late, in any order, and twice, as the moves say. Checks the invariants at each step. */
function play(moves: readonly (readonly [Move, number])[], stages: readonly Stage[] = STAGES): GuardState {
  let state = createGuardState(
    'lab',
    NODES.map((name) => ({ name, desired: 'serving' as const })),
  )
  let now = 1_000_000
  const inFlight: Trigger[] = []
  const startedIds = new Set<string>()
  const startTimes: { target: string; at: number; spent: boolean; id: string }[] = []
  const episodes = new Map<string, string>()
  const wideAsks = new Set<string>()
  const seenDecisions: Decision[] = []

  const send = (event: GuardEvent): readonly Decision[] => {
    const before = state
    const step = advance(state, event, now, stages)
    state = step.state
    for (const effect of step.effects) {
      if (effect.kind === 'match') inFlight.push(effect.trigger)
      if (effect.kind !== 'start') continue
      expect(startedIds.has(effect.workflowId)).toBe(false)
      startedIds.add(effect.workflowId)
      const { target, startedBy } = effect.input
      if (startedBy.kind !== 'person') {
        const episode = `${target}@${before.targets[target]!.episode}`
        expect(episodes.has(episode)).toBe(false) // I2: one start an episode
        episodes.set(episode, effect.workflowId)
        expect(before.frozen).toBeNull()
        expect(before.targets[target]!.desired).toBe(startedBy.kind === 'returned' ? 'failed' : 'serving')
        const ledger = before.targets[target]!.ledgers[startedBy.kind === 'returned' ? 'bringBack' : 'heal']
        expect(ledger.cooldownUntil ?? 0).toBeLessThanOrEqual(now)
        for (const { count, windowMs } of ATTEMPTS)
          expect(ledger.attempts.filter((at) => at > now - windowMs).length).toBeLessThan(count)
      }
      startTimes.push({ target, at: now, spent: true, id: effect.workflowId })
      expect(startTimes.filter(({ at }) => at > now - 60_000).length).toBeLessThanOrEqual(LIMITS.startsPerMinute)
    }
    seenDecisions.push(...step.decisions)
    // I1: no two open runs overlap; I6: the cluster's limits hold.
    for (const [index, run] of state.open.entries())
      for (const other of state.open.slice(index + 1)) expect(overlap(run.covers, other.covers)).toBe(false)
    expect(state.open.length).toBeLessThanOrEqual(LIMITS.runsInFlight)
    return step.decisions
  }
  const deliver = (trigger: Trigger): void => {
    const before = state.decisions.length + seenDecisions.length
    const made = send({
      kind: 'matched',
      trigger,
      report: matchOf(trigger, trigger.kind === 'person' && wideAsks.has(trigger.requestId)),
    })
    expect(before).toBeGreaterThanOrEqual(0)
    // Every trigger has exactly one answer: a new decision, or the one that already stands.
    expect(made.length).toBeLessThanOrEqual(1)
    if (made.length === 0) {
      const stands =
        trigger.kind === 'person'
          ? state.answered.some(({ requestId }) => requestId === trigger.requestId)
          : state.targets[trigger.target]!.lastAnswer !== null || state.targets[trigger.target]!.startedIn !== null
      expect(stands).toBe(true)
    }
  }

  for (const [each, gapMs] of moves) {
    now += gapMs
    switch (each.kind) {
      case 'observe':
        send({ kind: 'observed', observation: seen(each.node, each.verdict, now - each.lateMs, each.confirmed) })
        break
      case 'ask': {
        const trigger = { ...person(`q${each.id}`, now), inputs: { node: each.node } } as Trigger
        if (each.wide) wideAsks.add(`q${each.id}`)
        deliver(trigger)
        break
      }
      case 'close': {
        const run = state.open[each.index % Math.max(1, state.open.length)]
        if (run === undefined) break
        const result = each.status === 'COMPLETED' ? resultOf(each.outcome) : null
        const report = { workflowId: run.workflowId, runId: 'r', status: each.status, result }
        send({ kind: 'closed', report })
        if (each.index % 2 === 0) send({ kind: 'closed', report })
        break
      }
      case 'notLaunched': {
        const run = state.open[each.index % Math.max(1, state.open.length)]
        if (run !== undefined && run.closed === null)
          send({ kind: 'notLaunched', workflowId: run.workflowId, why: 'unreachable' })
        break
      }
      case 'mark':
        send({
          kind: 'marked',
          request: { target: each.node, desired: each.desired, why: 'test', key: `k${each.key}` },
        })
        break
      case 'doubt':
        send({
          kind: 'observed',
          observation: { kind: 'observer', at: now, trusted: each.trusted, evidence: 'all silent' },
        })
        break
      case 'deliver': {
        if (inFlight.length === 0) break
        const index = each.index % inFlight.length
        const trigger = inFlight[index]!
        if (!each.twice) inFlight.splice(index, 1)
        deliver(trigger)
        break
      }
      case 'tick':
        send({ kind: 'tick' })
    }
  }
  // No lock leaks: when every run is told closed and its grace is over, nothing is held.
  for (const run of state.open)
    send({ kind: 'closed', report: { workflowId: run.workflowId, runId: 'r', status: 'TERMINATED', result: null } })
  now += 3_600_000
  const openBefore = state.open.map(({ workflowId }) => workflowId)
  send({ kind: 'tick' })
  expect(state.open.filter(({ workflowId }) => openBefore.includes(workflowId))).toEqual([])
  return state
}
const moves = fc.array(fc.tuple(move, fc.oneof(fc.nat(50), fc.nat(20_000))), { minLength: 20, maxLength: 150 })

describe('any order of events, doubled, late or lost', () => {
  test('never opens two runs under one lock, never starts an episode twice, never exceeds a limit, answers every trigger, leaks no lock', () => {
    fc.assert(
      fc.property(moves, (list) => void play(list)),
      { numRuns: 300 },
    )
  }, 60_000)
  test('leaves a state that is plain data: written and read, it goes on the same', () => {
    fc.assert(
      fc.property(moves, (list) => {
        const state = play(list)
        expect(JSON.parse(JSON.stringify(state))).toEqual(state)
      }),
      { numRuns: 50 },
    )
  })
})

describe('the oracle above is not blind', () => {
  test.each(['observerIsTrusted', 'isWanted', 'lockIsFree', 'cooledDown', 'attemptsLeft', 'clusterHasRoom', 'noStorm'])(
    'without %s some order of events breaks an invariant',
    (name) => {
      const rest = STAGES.filter((stage) => stage.name !== name)
      const broken = fc.check(
        fc.property(moves, (list) => void play(list, rest)),
        { numRuns: 4_000, endOnFailure: true, seed: 1 },
      )
      expect(broken.failed).toBe(true)
    },
    30_000,
  )
})

describe('each stage is needed', () => {
  const without = (name: string): readonly Stage[] => {
    const rest = STAGES.filter((stage) => stage.name !== name)
    expect(rest).toHaveLength(STAGES.length - 1)
    return rest
  }
  /** What must not start, and does where the stage is missing. */
  const forbidden: Readonly<Record<string, (stages: readonly Stage[]) => number>> = {
    causeStands: (stages) => {
      const bench = createBench({ stages })
      bench.ask({ kind: 'verdict', target: 'node-2', verdict: 'suspect', phi: 9, at: 1000, evidence: '' }, 1000)
      return bench.started.length
    },
    observerIsTrusted: (stages) => {
      const bench = createBench({ stages })
      bench.send({ kind: 'observed', observation: { kind: 'observer', at: 1, trusted: false, evidence: 'x' } }, 900)
      bench.observe('node-2', 'failed', 1000)
      return bench.started.length
    },
    isWrittenDown: (stages) => {
      const bench = createBench({ stages })
      bench.send({ kind: 'journal', backlog: { waiting: 1_800, lost: 0 } }, 900)
      bench.observe('node-2', 'failed', 1000)
      return bench.started.length
    },
    isWanted: (stages) => {
      const bench = createBench({ stages })
      bench.send({ kind: 'marked', request: { target: 'node-2', desired: 'drained', why: '', key: 'k' } }, 900)
      bench.observe('node-2', 'failed', 1000)
      return bench.started.length
    },
    mayActAlone: (stages) => {
      const bench = createBench({ stages, match: () => reportOf(candidateOf('node-2', planOf('r', {}, 'observe'))) })
      bench.observe('node-2', 'failed', 1000)
      return bench.started.length
    },
    onceAnEpisode: (stages) => {
      const unlocked = () => reportOf(candidateOf('node-2', planOf('r', { lock: null })))
      const bench = createBench({ stages, match: unlocked })
      bench.observe('node-2', 'suspect', 1000)
      bench.ask({ kind: 'verdict', target: 'node-2', verdict: 'suspect', phi: 9, at: 1000, evidence: '' }, 1001)
      return bench.started.length - 1
    },
    lockIsFree: (stages) => {
      const bench = createBench({ stages })
      bench.ask(person('a', 1000), 1000)
      bench.ask(person('b', 1001), 1001)
      return bench.started.length - 1
    },
    cooledDown: (stages) => {
      const bench = createBench({ stages })
      bench.observe('node-2', 'failed', 1000)
      bench.close(bench.started[0]!, 'failed', 2000)
      bench.observe('node-2', 'failed', 3000)
      return bench.started.length - 1
    },
    attemptsLeft: (stages) => {
      const once = planOf('r', { attempts: [{ count: 1, windowMs: 60_000 }], cooldownMs: 0 })
      const bench = createBench({ stages, match: () => reportOf(candidateOf('node-2', once)) })
      bench.observe('node-2', 'failed', 1000)
      bench.close(bench.started[0]!, 'failed', 2000)
      bench.observe('node-2', 'failed', 3000)
      return bench.started.length - 1
    },
    clusterHasRoom: (stages) => {
      const bench = createBench({ stages })
      for (const name of NODES) bench.observe(name, 'failed', 1000)
      bench.matchWith(() => reportOf(candidateOf('ollama', planOf('r'))))
      bench.ask(person('a', 1000), 1000)
      return bench.started.length - 5
    },
    noStorm: (stages) => {
      const limits = { runsInFlight: 5, startsPerMinute: 1, override: null }
      const bench = createBench({ stages, match: () => ({ candidates: [candidateOf('node-1')], refused: [], limits }) })
      bench.ask(person('a', 1000), 1000)
      bench.close(bench.started[0]!, 'effective', 2000)
      bench.ask(person('b', 3000), 3000)
      return bench.started.length - 1
    },
    enoughStayHealthy: (stages) => {
      const bench = createBench({
        stages,
        match: () => reportOf(candidateOf('node-1', planOf('r', { keepHealthyCount: 5 }))),
      })
      bench.ask(person('a', 1000), 1000)
      return bench.started.length
    },
  }
  test.each(STAGES.map(({ name }) => name))(
    '%s: with it nothing forbidden starts, without it something does',
    (name) => {
      expect(forbidden[name]!(STAGES)).toBe(0)
      expect(forbidden[name]!(without(name))).toBeGreaterThan(0)
    },
  )
})
