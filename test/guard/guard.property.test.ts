// Any order of events, doubled, late or lost: what must stay true of the guard, and that each stage is needed for it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advance, type GuardEvent } from '../../src/guard/guard.ts'
import type { Candidate, ClusterLimits, Decision, MatchReport, Trigger } from '../../src/guard/protocol.ts'
import { STAGES, type Stage } from '../../src/guard/stages.ts'
import { keyOf, STALE_MS } from '../../src/guard/queue.ts'
import { createGuardState, overlap, type GuardState } from '../../src/guard/state.ts'
import type { GuardSpec } from '../../src/plan/plan.ts'
import { OUTCOMES, type Outcome } from '../../src/plan/run.ts'
import { candidateOf, createBench, freezeOf, NODES, person, planOf, reportOf, resultOf, seen } from './cases.ts'

const ZONE_KEEPS = { count: 1, ratio: null }
const PLANE = ['node-1', 'node-4']
const ZONES = [
  { zone: 'a', nodes: ['node-1', 'node-2'] },
  { zone: 'b', nodes: ['node-3', 'node-4', 'node-5'] },
]
const FLAPPING = { turns: 4, windowMs: 120_000, startsPerHour: 2 }
const ATTEMPTS = [
  { count: 1, windowMs: 30_000 },
  { count: 4, windowMs: 600_000 },
]
const WIDE = planOf('restart-all', { lock: 'service', onBusy: 'queue' })

/** Which limits hold in a play; the oracle keeps its own books against them. */
interface Rules {
  readonly guard: Partial<GuardSpec>
  readonly limits: ClusterLimits
  readonly plane: readonly string[]
}
const STRICT: Rules = {
  guard: { attempts: ATTEMPTS, cooldownMs: 5_000, holdMs: 8_000, giveUpAfter: 2, keepPerZone: ZONE_KEEPS },
  limits: { runsInFlight: 3, startsPerMinute: 4, override: null, flapping: FLAPPING },
  plane: PLANE,
}
const NO_FLAPPING = { turns: 50, windowMs: 1, startsPerHour: 1_000 }
const LOOSE: Rules = {
  guard: { attempts: [], cooldownMs: 0, giveUpAfter: 99 },
  limits: { runsInFlight: 99, startsPerMinute: 999, override: null, flapping: NO_FLAPPING },
  plane: [],
}
const looseBut = (
  guard: Partial<GuardSpec>,
  limits: Partial<ClusterLimits> = {},
  plane: readonly string[] = [],
): Rules => ({
  guard: { ...LOOSE.guard, ...guard },
  limits: { ...LOOSE.limits, ...limits },
  plane,
})

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
  | { readonly kind: 'freeze'; readonly id: number; readonly forMs: number; readonly inFlight: boolean }
  | { readonly kind: 'thaw'; readonly id: number }
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
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('freeze' as const),
      id: fc.nat(10),
      forMs: fc.integer({ min: 1_000, max: 60_000 }),
      inFlight: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('thaw' as const), id: fc.nat(10) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), index: fc.nat(10), twice: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
) as fc.Arbitrary<Move>

function matchOf(trigger: Trigger, wide: boolean, { guard, limits, plane }: Rules): MatchReport {
  const plan = planOf('single-node-recovery', guard)
  const candidate: Candidate =
    trigger.kind !== 'person'
      ? candidateOf(trigger.target, plan)
      : wide
        ? candidateOf('ollama', WIDE, NODES.slice(0, 3))
        : candidateOf(trigger.inputs['node'] as string, plan)
  const touched = (name: string): boolean => name === candidate.target || (candidate.covers ?? []).includes(name)
  const domains = {
    ...(trigger.kind === 'person' ? {} : { zones: ZONES.filter(({ nodes }) => nodes.some(touched)) }),
    ...(plane.some(touched) ? { controlPlane: plane } : {}),
  }
  return { candidates: [{ ...candidate, ...domains }], refused: [], limits }
}

/** Plays moves; matches are delivered late, in any order, and twice, as the moves say. Checks the invariants at each step. */
function play(
  moves: readonly (readonly [Move, number])[],
  stages: readonly Stage[] = STAGES,
  rules: Rules = STRICT,
): GuardState {
  const { attempts: attemptLimits = [], holdMs = 0, giveUpAfter = 3, keepPerZone } = rules.guard
  const { flapping = FLAPPING, startsPerMinute, runsInFlight } = rules.limits
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
  const words = new Set<string>()
  let frozenUntil = 0
  const helpedAt = new Map<string, number>()
  const inVain = new Map<string, number>()

  const send = (event: GuardEvent): readonly Decision[] => {
    const before = state
    const wasStorm = before.stormAt !== null && now - before.stormAt < 120_000
    const step = advance(state, event, now, stages)
    state = step.state
    for (const effect of step.effects) {
      if (effect.kind !== 'record' || effect.record.kind !== 'run') continue
      const { outcome, runbook } = effect.record.body as { outcome: Outcome; runbook: string }
      const target = effect.record.target!
      if (outcome === 'effective') {
        helpedAt.set(target, now)
        inVain.delete(target)
      } else if (
        runbook === 'single-node-recovery' &&
        ['ineffective', 'failed', 'timed-out', 'needs-human'].includes(outcome)
      )
        inVain.set(target, (inVain.get(target) ?? 0) + 1)
    }
    for (const effect of step.effects) {
      if (effect.kind === 'match') inFlight.push(effect.trigger)
      if (effect.kind !== 'start') continue
      expect(startedIds.has(effect.workflowId)).toBe(false)
      startedIds.add(effect.workflowId)
      expect(frozenUntil).toBeLessThanOrEqual(now)
      const { target, startedBy } = effect.input
      if (startedBy.kind !== 'person') {
        const episode = `${target}@${before.targets[target]!.episode}`
        expect(episodes.has(episode)).toBe(false) // I2: one start an episode
        episodes.set(episode, effect.workflowId)
        expect(before.frozen).toBeNull()
        expect(before.targets[target]!.desired).toBe(startedBy.kind === 'returned' ? 'failed' : 'serving')
        const ledger = before.targets[target]!.ledgers[startedBy.kind === 'returned' ? 'bringBack' : 'heal']
        expect(ledger.cooldownUntil ?? 0).toBeLessThanOrEqual(now)
        const book = before.targets[target]!
        // The oracle's own books, kept from what was sent and what came out.
        expect(now - (helpedAt.get(target) ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(holdMs)
        expect(inVain.get(target) ?? 0).toBeLessThan(giveUpAfter)
        if (book.turns.filter((at) => at > now - flapping.windowMs).length >= flapping.turns)
          expect(startTimes.filter((each) => each.target === target && each.at > now - 3_600_000).length).toBeLessThan(
            flapping.startsPerHour,
          )
        const zone = ZONES.find(({ nodes }) => nodes.includes(target))!
        const serving = zone.nodes.filter((name) => before.targets[name]!.desired === 'serving')
        const left = serving.filter(
          (name) =>
            name !== target &&
            before.targets[name]!.verdict === 'healthy' &&
            !before.open.some(({ covers }) => covers.includes(name)),
        )
        expect(left.length).toBeGreaterThanOrEqual(keepPerZone?.count ?? 0)
        for (const { count, windowMs } of attemptLimits)
          expect(ledger.attempts.filter((at) => at > now - windowMs).length).toBeLessThan(count)
      }
      startTimes.push({ target, at: now, spent: true, id: effect.workflowId })
      expect(startTimes.filter(({ at }) => at > now - 60_000).length).toBeLessThanOrEqual(startsPerMinute)
    }
    seenDecisions.push(...step.decisions)
    expect(
      state.open.filter(({ covers }) => rules.plane.some((name) => covers.includes(name))).length,
    ).toBeLessThanOrEqual(1)
    // Between two starts of a storm lies its pace.
    const lastTwo = startTimes.slice(-2)
    if (wasStorm && step.effects.some(({ kind }) => kind === 'start') && lastTwo.length === 2)
      expect(lastTwo[1]!.at - lastTwo[0]!.at).toBeGreaterThanOrEqual(60_000 / startsPerMinute)
    // Nobody of the same rank who came later is let past: whoever starts was first in line for its nodes.
    for (const effect of step.effects) {
      const opened =
        effect.kind === 'start' ? state.open.find(({ workflowId }) => workflowId === effect.workflowId) : undefined
      const own = opened === undefined ? undefined : before.queue.find(({ key }) => key === keyOf(opened.trigger))
      for (const entry of opened === undefined ? [] : before.queue)
        if (entry !== own && overlap(entry.covers, opened!.covers) && now - entry.since < STALE_MS)
          expect(entry.since).toBeGreaterThanOrEqual(own?.since ?? now)
    }
    // I1: no two open runs overlap; I6: the cluster's limits hold.
    for (const [index, run] of state.open.entries())
      for (const other of state.open.slice(index + 1)) expect(overlap(run.covers, other.covers)).toBe(false)
    expect(state.open.length).toBeLessThanOrEqual(runsInFlight)
    return step.decisions
  }
  const deliver = (trigger: Trigger): void => {
    const before = state.decisions.length + seenDecisions.length
    const made = send({
      kind: 'matched',
      trigger,
      report: matchOf(trigger, trigger.kind === 'person' && wideAsks.has(trigger.requestId), rules),
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
      case 'freeze':
      case 'thaw': {
        // The oracle's own book: a word counts when its id is heard for the first time.
        const id = `${each.kind}${each.id}`
        if (!words.has(id)) frozenUntil = each.kind === 'freeze' ? now + each.forMs : 0
        words.add(id)
        const said = { by: 'ada', why: 'test', requestId: id }
        const command =
          each.kind === 'freeze'
            ? { ...said, kind: each.kind, forMs: each.forMs, inFlight: each.inFlight }
            : { ...said, kind: each.kind }
        send({ kind: 'commanded', command })
        break
      }
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
  /** One guard alone is strict, so that no other one does its work. */
  const alone: Readonly<Record<string, Rules>> = {
    observerIsTrusted: LOOSE,
    isWanted: LOOSE,
    notFrozen: LOOSE,
    lockIsFree: LOOSE,
    isNextInLine: LOOSE,
    cooledDown: looseBut({ cooldownMs: 5_000 }),
    heldAfterSuccess: looseBut({ holdMs: 120_000 }),
    attemptsLeft: looseBut({ attempts: ATTEMPTS }),
    rungIsLeft: looseBut({ giveUpAfter: 1 }),
    flapsLittle: looseBut({}, { flapping: { turns: 2, windowMs: 600_000, startsPerHour: 1 } }),
    clusterHasRoom: looseBut({}, { runsInFlight: 3 }),
    controlPlaneOneAtATime: looseBut({}, {}, PLANE),
    noStorm: looseBut({}, { startsPerMinute: 4 }),
    releaseIsPaced: looseBut({}, { startsPerMinute: 2 }),
    zonesStayHealthy: looseBut({ keepPerZone: ZONE_KEEPS }),
  }
  test.each(Object.entries(alone))(
    'without %s some order of events breaks an invariant',
    (name, rules) => {
      const rest = STAGES.filter((stage) => stage.name !== name)
      const broken = fc.check(
        fc.property(moves, (list) => void play(list, rest, rules)),
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
    notFrozen: (stages) => {
      const bench = createBench({ stages })
      bench.send({ kind: 'commanded', command: freezeOf('f') }, 900)
      bench.observe('node-2', 'failed', 1000)
      bench.ask(person('a', 1001), 1001)
      return bench.started.length
    },
    isNoShadow: (stages) => {
      const bench = createBench({ stages })
      bench.feel('cascade', 'lab', 'pending', 900)
      bench.observe('node-2', 'failed', 1000)
      return bench.started.length
    },
    lockIsFree: (stages) => {
      const bench = createBench({ stages })
      bench.ask(person('a', 1000), 1000)
      bench.ask(person('b', 1001), 1001)
      return bench.started.length - 1
    },
    isNextInLine: (stages) => {
      const waits = (id: string, severity: 'low' | 'critical') => ({
        ...candidateOf('node-1', { ...planOf(id, { onBusy: 'queue' }), severity }),
      })
      const bench = createBench({
        stages,
        match: (trigger) =>
          reportOf(waits('r', trigger.kind === 'person' && trigger.requestId === 'high' ? 'critical' : 'low')),
      })
      bench.ask(person('first', 1000), 1000)
      bench.ask(person('low', 1001), 1001)
      bench.ask(person('high', 1002), 1002)
      bench.close(bench.started[0]!, 'effective', 2000)
      const order = bench.state.answered.map(({ requestId }) => requestId)
      return bench.started.length === 2 && order.at(-1) === 'low' ? 1 : 0
    },
    cooledDown: (stages) => {
      const bench = createBench({ stages })
      bench.observe('node-2', 'failed', 1000)
      bench.close(bench.started[0]!, 'failed', 2000)
      bench.observe('node-2', 'failed', 3000)
      return bench.started.length - 1
    },
    heldAfterSuccess: (stages) => {
      const held = planOf('r', { holdMs: 60_000 })
      const bench = createBench({ stages, match: () => reportOf(candidateOf('node-2', held)) })
      bench.observe('node-2', 'failed', 1000)
      bench.close(bench.started[0]!, 'effective', 2000)
      bench.observe('node-2', 'failed', 3000)
      return bench.started.length - 1
    },
    rungIsLeft: (stages) => {
      const once = planOf('r', { giveUpAfter: 1, cooldownMs: 0 })
      const bench = createBench({ stages, match: () => reportOf(candidateOf('node-2', once)) })
      bench.observe('node-2', 'failed', 1000)
      bench.close(bench.started[0]!, 'ineffective', 2000)
      bench.observe('node-2', 'failed', 90_000)
      return bench.started.length - 1
    },
    flapsLittle: (stages) => {
      const bench = createBench({
        stages,
        match: () => reportOf(candidateOf('node-2', planOf('r', { cooldownMs: 0 }))),
      })
      for (let fall = 1; fall <= 4; fall++) {
        bench.observe('node-2', 'failed', fall * 10_000)
        const run = bench.state.open[0]
        if (run !== undefined) bench.close(run.workflowId, 'effective', fall * 10_000 + 1000)
        bench.observe('node-2', 'healthy', fall * 10_000 + 2000)
      }
      return bench.started.length - 3
    },
    controlPlaneOneAtATime: (stages) => {
      const plane = (target: string) => ({ ...candidateOf(target, planOf('r')), controlPlane: ['node-1', 'node-2'] })
      const bench = createBench({
        stages,
        match: (trigger) => reportOf(plane(trigger.kind === 'person' ? '' : trigger.target)),
      })
      bench.observe('node-1', 'failed', 1000)
      bench.observe('node-2', 'failed', 1001)
      return bench.started.length - 1
    },
    releaseIsPaced: (stages) => {
      const limits = { runsInFlight: 9, startsPerMinute: 2, override: null }
      const bench = createBench({
        stages,
        match: (trigger) => ({ ...reportOf(candidateOf(trigger.kind === 'person' ? '' : trigger.target)), limits }),
      })
      for (const name of NODES) bench.observe(name, 'failed', 1000)
      bench.send({ kind: 'tick' }, 61_000)
      return bench.started.length - 3
    },
    zonesStayHealthy: (stages) => {
      const spread = planOf('r', { keepPerZone: { count: 1, ratio: null } })
      const zones = [{ zone: 'a', nodes: ['node-1', 'node-2'] }]
      const bench = createBench({
        stages,
        match: (trigger) =>
          reportOf({ ...candidateOf(trigger.kind === 'person' ? '' : trigger.target, spread), zones }),
      })
      bench.observe('node-1', 'failed', 1000)
      bench.observe('node-2', 'failed', 1001)
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
