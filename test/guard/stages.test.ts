// What each of the newer guards decides, and what a person is told of it.
import { describe, expect, test } from 'vitest'
import type { Candidate, MatchReport, Trigger } from '../../src/guard/protocol.ts'
import { STALE_MS } from '../../src/guard/queue.ts'
import { nextLook } from '../../src/guard/guard.ts'
import { toDetectorState } from '../../src/guard/state.ts'
import type { Effect } from '../../src/guard/step.ts'
import type { GuardSpec, Severity } from '../../src/plan/plan.ts'
import { candidateOf, createBench, NODES, person, planOf, reportOf } from './cases.ts'

const targetOf = (trigger: Trigger): string => (trigger.kind === 'person' ? 'node-1' : trigger.target)
const matching =
  (guard: Partial<GuardSpec>, more: Partial<Candidate> = {}) =>
  (trigger: Trigger): MatchReport =>
    reportOf({ ...candidateOf(targetOf(trigger), planOf('r', { cooldownMs: 0, ...guard })), ...more })
const pagesIn = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'page' ? [effect.message] : []))
const wordsIn = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'say' ? [{ verb: effect.verb, ...effect.message }] : []))

describe('attempts', () => {
  test('count over several windows at once, and the tightest one decides when the next is', () => {
    const attempts = [
      { count: 2, windowMs: 10_000 },
      { count: 3, windowMs: 100_000 },
    ]
    const bench = createBench({ match: matching({ attempts, giveUpAfter: 9 }) })
    const failAt = (at: number) => {
      bench.observe('node-2', 'failed', at)
      const run = bench.state.open[0]
      if (run !== undefined) bench.close(run.workflowId, 'failed', at + 100)
    }
    for (const at of [1_000, 2_000]) failAt(at)
    failAt(3_000)
    expect(bench.last?.message).toContain('had 2 of 2 attempts in 10 s')
    failAt(11_500)
    expect(bench.started).toHaveLength(3)
    failAt(22_000)
    expect(bench.last?.message).toContain('had 3 of 3 attempts in 100 s')
  })
})

describe('the hold after success', () => {
  test('lasts as long as the runbook says, and only for starts by themselves', () => {
    const bench = createBench({ match: matching({ holdMs: 60_000 }) })
    bench.observe('node-1', 'failed', 1_000)
    bench.close(bench.started[0]!, 'effective', 2_000)
    bench.observe('node-1', 'failed', 3_000)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'held-after-success' })
    expect(nextLook(bench.state)).toBe(62_000)
    bench.ask(person('a', 4_000), 4_000)
    expect(bench.last).toMatchObject({ kind: 'started' })
  })
  test('does not follow a run that did not help', () => {
    const bench = createBench({ match: matching({ holdMs: 60_000 }) })
    bench.observe('node-1', 'failed', 1_000)
    bench.close(bench.started[0]!, 'recovered', 2_000)
    bench.observe('node-1', 'healthy', 2_500)
    bench.observe('node-1', 'failed', 70_000)
    expect(bench.started).toHaveLength(2)
  })
})

describe('the ladder', () => {
  const rungs = (trigger: Trigger) =>
    reportOf(
      ...['first', 'second'].map((name) =>
        candidateOf(targetOf(trigger), planOf(name, { giveUpAfter: 2, cooldownMs: 0 })),
      ),
    )
  const failTimes = (bench: ReturnType<typeof createBench>, count: number, from = 0) => {
    for (let n = 1; n <= count; n++) {
      bench.observe('node-2', 'failed', from + n * 1_000)
      const run = bench.state.open[0]
      if (run !== undefined) bench.close(run.workflowId, 'ineffective', from + n * 1_000 + 500)
    }
  }
  const runbooksOf = (started: readonly string[]) => started.map((id) => id.split('/')[0])

  test('gives the next runbook its turn, then calls a person once, and tries neither again', () => {
    const bench = createBench({ match: rungs })
    failTimes(bench, 9)
    expect(runbooksOf(bench.started)).toEqual(['first', 'first', 'second', 'second'])
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'ladder-spent' })
    expect(pagesIn(bench.effects)).toHaveLength(1)
    expect(pagesIn(bench.effects)[0]).toContain('`phix reset node-2` lets it try again')
    expect(toDetectorState(bench.state, 1).targets['node-2']?.rungs).toEqual({ first: 2, second: 2 })
  })
  test('begins anew after a run that helped, and after a reset', () => {
    const bench = createBench({ match: rungs })
    failTimes(bench, 1)
    bench.observe('node-2', 'failed', 2_000)
    bench.close(bench.started[1]!, 'effective', 2_500)
    failTimes(bench, 8, 10_000)
    expect(runbooksOf(bench.started).slice(2)).toEqual(['first', 'first', 'second', 'second'])
    const reset = { kind: 'reset', target: 'node-2', by: 'ada', why: 'disk', requestId: 'x' } as const
    bench.send({ kind: 'commanded', command: reset }, 30_000)
    expect(runbooksOf(bench.started).at(-1)).toBe('first')
    expect(bench.started).toHaveLength(7)
  })
  test('never holds a person', () => {
    const bench = createBench({
      match: (trigger) => rungs(trigger.kind === 'person' ? { ...trigger, kind: 'person' } : trigger),
    })
    for (let n = 1; n <= 5; n++) {
      bench.observe('node-1', 'failed', n * 1_000)
      const run = bench.state.open[0]
      if (run !== undefined) bench.close(run.workflowId, 'ineffective', n * 1_000 + 500)
    }
    bench.ask(person('a', 9_000, 'first'), 9_000)
    expect(bench.last).toMatchObject({ kind: 'started' })
  })
})

describe('a flapping target', () => {
  const fall = (bench: ReturnType<typeof createBench>, at: number) => {
    bench.observe('node-2', 'failed', at)
    const run = bench.state.open[0]
    if (run !== undefined) bench.close(run.workflowId, 'effective', at + 100)
    bench.observe('node-2', 'healthy', at + 200)
  }
  test('has a few starts an hour, is shown as such, and a person is called', () => {
    const bench = createBench({ match: matching({}) })
    for (let n = 1; n <= 5; n++) fall(bench, n * 10_000)
    expect(bench.started).toHaveLength(3)
    expect(bench.state.decisions.filter(({ reason }) => reason === 'flapping').length).toBeGreaterThan(0)
    expect(toDetectorState(bench.state, 60_000).targets['node-2']?.flapping).toBe(true)
    expect(toDetectorState(bench.state, 900_000).targets['node-2']?.flapping).toBe(false)
    expect(pagesIn(bench.effects)[0]).toContain('`node-2` is flapping')
  })
  test('is none where an acceptance inventory loosens the guards, unless that says so', () => {
    const override = { cooldownMs: 0, attempts: 99 }
    const limits = { runsInFlight: 5, startsPerMinute: 99, override }
    const started = (more: object): number => {
      const bench = createBench({
        match: (trigger) => ({ ...matching({})(trigger), limits: { ...limits, ...more } }),
      })
      for (let n = 1; n <= 6; n++) fall(bench, n * 10_000)
      return bench.started.length
    }
    expect(started({})).toBe(6)
    expect(started({ flapping: { turns: 2, windowMs: 600_000, startsPerHour: 1 } })).toBe(1)
  })
})

describe('the budget', () => {
  test('keeps a share and a count, and the higher one decides', () => {
    const bench = createBench({ match: matching({ keepHealthyRatio: 0.2, keepHealthyCount: 4 }) })
    bench.observe('node-1', 'failed', 1_000)
    bench.observe('node-2', 'failed', 1_001)
    expect(bench.started).toHaveLength(1)
    expect(bench.last?.message).toContain('3 of 5 members stay healthy, 4 are needed')
  })
  test('inside a zone counts nobody twice and nobody from elsewhere', () => {
    const zones = [{ zone: 'a', nodes: ['node-1', 'node-2', 'node-3'] }]
    const bench = createBench({ match: matching({ keepPerZone: { ratio: 0.5, count: null } }, { zones }) })
    bench.observe('node-1', 'failed', 1_000)
    bench.observe('node-2', 'failed', 1_001)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'zone-budget' })
    expect(bench.last?.message).toBe('1 of 3 members of zone `a` stay healthy, 2 are needed.')
  })
})

describe('the control plane', () => {
  test('is worked on one node at a time, by people too; the next starts when the first is done', () => {
    const bench = createBench({ match: matching({}, { controlPlane: ['node-1', 'node-2'] }) })
    bench.observe('node-2', 'failed', 1_000)
    bench.ask(person('a', 1_001), 1_001)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'control-plane' })
    bench.observe('node-1', 'failed', 1_002)
    bench.close(bench.started[0]!, 'effective', 2_000)
    expect(bench.started).toHaveLength(2)
  })
})

describe('a storm', () => {
  const limits = { runsInFlight: 9, startsPerMinute: 2, override: null }
  const stormy = () => createBench({ match: (trigger) => ({ ...matching({})(trigger), limits }) })
  test('lets what it held go one by one, at an even pace', () => {
    const bench = stormy()
    for (const name of NODES) bench.observe(name, 'failed', 1_000)
    expect(bench.started).toHaveLength(2)
    const counts: number[] = []
    for (let at = 31_000; at <= 151_000; at += 15_000) {
      bench.send({ kind: 'tick' }, at)
      counts.push(bench.started.length)
    }
    expect(counts).toEqual([2, 2, 3, 3, 4, 4, 5, 5, 5])
  })
  test('probes what it held again, and starts nothing where the target is well', () => {
    const bench = stormy()
    for (const name of NODES) bench.observe(name, 'failed', 1_000)
    bench.matchWith((trigger) => ({ ...matching({})(trigger), limits, gone: 'it answers in 3 ms' }))
    const effects = bench.send({ kind: 'tick' }, 61_000)
    expect(effects.filter((effect) => effect.kind === 'match').every(({ probe }) => probe === true)).toBe(true)
    expect(bench.started).toHaveLength(2)
    expect(bench.last).toMatchObject({ kind: 'refused', reason: 'gone' })
  })
  test('asks only for a few at once, whoever waits longest first', () => {
    const bench = stormy()
    for (const name of NODES) bench.observe(name, 'failed', 1_000)
    const asked = bench.send({ kind: 'tick' }, 61_000).filter(({ kind }) => kind === 'match')
    expect(asked.length).toBeLessThanOrEqual(5)
  })
})

describe('the line', () => {
  const severities: Record<string, Severity> = { low: 'low', old: 'low', high: 'critical', first: 'low' }
  const inLine = () =>
    createBench({
      match: (trigger) =>
        reportOf(
          candidateOf('node-1', {
            ...planOf('r', { onBusy: 'queue' }),
            severity: severities[trigger.kind === 'person' ? trigger.requestId : ''] ?? 'low',
          }),
        ),
    })
  const answerOf = (bench: ReturnType<typeof createBench>, requestId: string) => {
    const id = bench.state.answered.findLast((each) => each.requestId === requestId)?.decisionId
    return bench.state.decisions.find((decision) => decision.id === id)
  }
  test('lets the more severe go first, then who waits longest', () => {
    const bench = inLine()
    bench.ask(person('first', 1_000), 1_000)
    bench.ask(person('old', 1_001), 1_001)
    bench.ask(person('low', 1_002), 1_002)
    bench.ask(person('high', 1_003), 1_003)
    bench.close(bench.started[0]!, 'effective', 2_000)
    expect(answerOf(bench, 'high')?.kind).toBe('started')
    bench.close(bench.started[1]!, 'effective', 3_000)
    expect(answerOf(bench, 'old')?.kind).toBe('started')
    expect(answerOf(bench, 'low')?.kind).toBe('held')
  })
  test('drops by name whoever waited too long, and nobody stands behind the dropped', () => {
    const bench = inLine()
    bench.ask(person('first', 1_000), 1_000)
    bench.ask(person('high', 1_001), 1_001)
    expect(nextLook(bench.state)).toBe(1_001 + STALE_MS)
    bench.send({ kind: 'tick' }, 1_001 + STALE_MS)
    expect(answerOf(bench, 'high')).toMatchObject({ kind: 'refused', reason: 'stale' })
    expect(bench.last?.message).toBe('`r` on `node-1` waited in line and is dropped: it has waited for 15 min.')
    expect(bench.state).toMatchObject({ queue: [], waiting: [] })
  })
  test('drops a cause that is gone', () => {
    const bench = createBench({ match: () => reportOf(candidateOf('node-1', planOf('r', { onBusy: 'queue' }))) })
    bench.ask(person('first', 1_000), 1_000)
    bench.observe('node-1', 'failed', 1_001)
    expect(bench.state.queue).toHaveLength(1)
    bench.observe('node-1', 'healthy', 1_500)
    expect(bench.last).toMatchObject({ kind: 'refused', reason: 'stale' })
    expect(bench.state.queue).toEqual([])
  })
})

describe('preempting', () => {
  const severe = (severity: Severity, onBusy: GuardSpec['onBusy']) => ({ ...planOf(severity, { onBusy }), severity })
  const bench = (first: Severity, second: Severity) => {
    let next = severe(first, 'join')
    const made = createBench({ match: (trigger) => reportOf(candidateOf(targetOf(trigger), next)) })
    made.observe('node-1', 'failed', 1_000)
    next = severe(second, 'preempt')
    return made
  }
  test('cancels the run that is in the way, once, and starts when it has taken back what it did', () => {
    const made = bench('low', 'critical')
    const effects = made.ask(person('a', 2_000, 'critical'), 2_000)
    expect(wordsIn(effects)).toEqual([{ verb: 'cancel', by: 'phix', why: '`critical` takes its place' }])
    expect(wordsIn(made.ask(person('b', 2_100, 'critical'), 2_100))).toEqual([])
    expect(made.started).toHaveLength(1)
    made.close(made.started[0]!, 'cancelled', 3_000)
    expect(made.started[1]).toContain('critical/node-1/')
  })
  test('cancels nothing that is more severe', () => {
    const made = bench('critical', 'low')
    expect(wordsIn(made.ask(person('a', 2_000, 'low'), 2_000))).toEqual([])
    expect(made.last).toMatchObject({ kind: 'held', reason: 'queued' })
  })
  test('cancels no run that a person started for one that starts by itself', () => {
    let next = severe('low', 'join')
    const made = createBench({ match: (trigger) => reportOf(candidateOf(targetOf(trigger), next)) })
    made.ask(person('a', 1_000), 1_000)
    next = severe('critical', 'preempt')
    expect(wordsIn(made.observe('node-1', 'failed', 2_000))).toEqual([])
  })
})

describe('a cause that clears while its run is going', () => {
  const clear = (onResolved: GuardSpec['onResolved']) => {
    const bench = createBench({ match: matching({ onResolved }) })
    bench.observe('node-2', 'failed', 1_000)
    return { bench, effects: bench.observe('node-2', 'healthy', 2_000) }
  }
  test('finish: nothing is said', () => expect(wordsIn(clear('finish').effects)).toEqual([]))
  test('cancel: the run is told, once, and knows whether it has changed anything', () => {
    const { bench, effects } = clear('cancel')
    expect(wordsIn(effects)).toMatchObject([{ verb: 'cancel', by: 'phix', ifUnchanged: true }])
    expect(wordsIn(bench.observe('node-2', 'healthy', 2_500))).toEqual([])
  })
  test('ask: the run is paused and a person is called', () => {
    const { effects } = clear('ask')
    expect(wordsIn(effects)).toMatchObject([{ verb: 'pause', until: 902_000, ifUnchanged: true }])
    expect(pagesIn(effects)[0]).toMatch(/`phix cancel r\/node-2.*` or `phix resume/)
  })
  test('reaches a run that was just being started', () => {
    const bench = createBench({ match: matching({ onResolved: 'cancel' }) })
    bench.observe('node-2', 'failed', 1_000)
    bench.observe('node-2', 'healthy', 1_500)
    const again = bench.send({ kind: 'launched', workflowId: bench.started[0]!, runId: 'r' }, 1_600)
    expect(wordsIn(again)).toMatchObject([{ verb: 'cancel' }])
  })
})

test('an episode starts one run, also of a runbook that takes no lock', () => {
  const bench = createBench({ match: matching({ lock: null }) })
  bench.observe('node-2', 'suspect', 1_000)
  bench.ask({ kind: 'verdict', target: 'node-2', verdict: 'suspect', phi: 9, at: 1_000, evidence: '' }, 1_001)
  expect(bench.started).toHaveLength(1)
})
