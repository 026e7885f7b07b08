// Adaptation: which settings have emergency values while a state stands, that each change is written down, and that they go
// back.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adopt } from '../../src/guard/adopt.ts'
import { nextLook } from '../../src/guard/guard.ts'
import { modesTarget } from '../../src/guard/modes.ts'
import type { AdaptationSpec } from '../../src/guard/protocol.ts'
import { recall, type Written } from '../../src/guard/recall.ts'
import { createGuardState, toDetectorState } from '../../src/guard/state.ts'
import { candidateOf, createBench, freezeOf, NODES, planOf, reportOf } from './cases.ts'

type Bench = ReturnType<typeof createBench>

const CASCADE: AdaptationSpec = {
  while: { symptom: 'cascading-failure' },
  set: { 'guard.keepHealthy': 0.6, 'guard.cooldownMs': 30_000, 'breaker.failures': 3 },
  backAfterMs: 60_000,
}
const CALM: AdaptationSpec = {
  while: { mode: 'calm' },
  set: { 'guard.runsInFlight': 1, 'breaker.failures': 2 },
  backAfterMs: 0,
}
const rosterOf = (bench: Bench, adaptations: readonly AdaptationSpec[]) => ({
  ...{ nodes: NODES.map((name) => ({ name, spare: false })), limits: bench.state.limits, page: [] },
  adaptations,
})
const declare = (bench: Bench, adaptations: readonly AdaptationSpec[] = [CASCADE, CALM], now = 1) =>
  bench.send({ kind: 'observed', observation: { kind: 'roster', at: now, roster: rosterOf(bench, adaptations) } }, now)
const feel = (bench: Bench, phase: 'standing' | 'over', now: number) =>
  // Its rank is that of anything: it is to put nothing in the shade here.
  bench.feel('cascading-failure', 'lab', phase, now, -1)
const mode = (bench: Bench, on: boolean, now: number) =>
  bench.send(
    { kind: 'commanded', command: { kind: 'mode', mode: 'calm', on, by: 'ada', why: 'x', requestId: `r${now}` } },
    now,
  )
const values = (bench: Bench) =>
  Object.fromEntries((bench.state.adapted ?? []).map(({ setting, value }) => [setting, value]))
const textsOf = (bench: Bench) =>
  bench.effects.flatMap((each) =>
    each.kind === 'record' && (each.record.body as { what?: string }).what === 'adapt'
      ? [(each.record.body as { text: string }).text]
      : [],
  )
/** No run is started for the cascade itself. */
const watcher = () =>
  createBench({
    match: (trigger) =>
      reportOf(
        ...(trigger.kind === 'condition' ? [] : [candidateOf('node-1', planOf('single', { keepHealthyRatio: 0.8 }))]),
      ),
  })

describe('an adaptation', () => {
  test('gives settings their emergency values while a symptom stands, and both values are written down', () => {
    const bench = watcher()
    declare(bench)
    feel(bench, 'standing', 10)
    expect(values(bench)).toEqual({ 'guard.keepHealthy': 0.6, 'guard.cooldownMs': 30_000, 'breaker.failures': 3 })
    expect(textsOf(bench)).toEqual([
      '`guard.keepHealthy` goes from what each runbook says to 60 %: symptom cascading-failure.',
      '`guard.cooldownMs` goes from what each runbook says to 30 s: symptom cascading-failure.',
      '`breaker.failures` goes from 5 to 3: symptom cascading-failure.',
    ])
    expect(toDetectorState(bench.state, 10).adapted?.at(-1)).toEqual({
      ...{ setting: 'breaker.failures', value: 3, usual: 5, since: 10, because: 'symptom cascading-failure' },
    })
  })

  test('goes back once the state has been over for its time, and not for a hiccup', () => {
    const bench = watcher()
    declare(bench)
    feel(bench, 'standing', 10)
    feel(bench, 'over', 1_000)
    expect(nextLook(bench.state)).toBe(61_000)
    feel(bench, 'standing', 50_000)
    feel(bench, 'over', 55_000)
    bench.send({ kind: 'tick' }, 114_999)
    expect(values(bench)).toMatchObject({ 'breaker.failures': 3 })
    bench.send({ kind: 'tick' }, 115_000)
    expect(values(bench)).toEqual({})
    expect(textsOf(bench).at(-1)).toBe('`breaker.failures` goes from 3 to 5: symptom cascading-failure is over.')
  })

  test('of two states that name a setting the first decides, and the second follows when it is over', () => {
    const bench = watcher()
    declare(bench)
    mode(bench, true, 10)
    expect(values(bench)).toEqual({ 'guard.runsInFlight': 1, 'breaker.failures': 2 })
    feel(bench, 'standing', 20)
    expect(values(bench)).toMatchObject({ 'guard.runsInFlight': 1, 'breaker.failures': 3 })
    mode(bench, false, 30)
    expect(values(bench)).toMatchObject({ 'breaker.failures': 3 })
    expect(values(bench)).not.toHaveProperty('guard.runsInFlight')
  })

  test('the disruption budget, the runs in flight and the cooldown are read where they are used', () => {
    const bench = watcher()
    declare(bench)
    bench.observe('node-2', 'failed', 5)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'budget' })
    feel(bench, 'standing', 20_000)
    bench.send({ kind: 'tick' }, 20_010)
    expect(bench.started).toHaveLength(1)
    bench.close(bench.started[0] ?? '', 'ineffective', 21_000)
    expect(bench.state.targets['node-1']?.ledgers.heal.cooldownUntil).toBe(51_000)
  })

  test('begins nothing while a person has frozen the cluster, and what is frozen stays frozen', () => {
    const bench = watcher()
    declare(bench)
    bench.send({ kind: 'commanded', command: freezeOf('f', 60_000) }, 5)
    feel(bench, 'standing', 10)
    expect(values(bench)).toEqual({})
    bench.observe('node-2', 'failed', 20)
    expect(bench.last).toMatchObject({ reason: 'frozen' })
    bench.send({ kind: 'tick' }, 60_006)
    expect(values(bench)).toMatchObject({ 'guard.keepHealthy': 0.6 })
  })

  test('a symptom that nobody has seen for ten minutes is no reason any more', () => {
    const bench = watcher()
    declare(bench)
    feel(bench, 'standing', 10)
    expect(nextLook(bench.state)).toBeLessThanOrEqual(600_010)
    bench.send({ kind: 'tick' }, 600_010)
    bench.send({ kind: 'tick' }, 660_010)
    expect(values(bench)).toEqual({})
  })

  test('a changed inventory changes the values, and one without it takes them back', () => {
    const bench = watcher()
    declare(bench)
    feel(bench, 'standing', 10)
    declare(bench, [{ ...CASCADE, set: { 'breaker.failures': 4 } }], 20)
    expect(values(bench)).toEqual({ 'breaker.failures': 4 })
    declare(bench, [], 30)
    expect(values(bench)).toEqual({})
  })

  test('survives a detector that lost its memory, until the state has been over for its time', () => {
    const bench = watcher()
    declare(bench)
    feel(bench, 'standing', 10)
    const records = bench.effects.flatMap((each): Written[] =>
      each.kind === 'record' && each.record.target === modesTarget('lab') ? [each.record] : [],
    )
    const none = { open: [], lastMarks: [], marks: [], decisions: [], runs: [], audits: [] }
    const report = recall({ ...none, roster: rosterOf(bench, [CASCADE, CALM]), lastModes: records.at(-1) ?? null })
    const reborn = watcher()
    reborn.change(() => adopt(createGuardState('lab', []), report, 100))
    expect(values(reborn)).toEqual(values(bench))
    reborn.send({ kind: 'tick' }, 200)
    expect(values(reborn)).toEqual(values(bench))
    expect(textsOf(reborn)).toEqual([])
    reborn.send({ kind: 'tick' }, 60_200)
    expect(values(reborn)).toEqual({})
  })

  test('whatever comes in whichever order, a setting differs from its usual value only while a state is for it', () => {
    const event = fc.record({
      what: fc.constantFrom('standing', 'over', 'on', 'off', 'freeze', 'tick'),
      afterMs: fc.integer({ min: 1, max: 40_000 }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), (events) => {
        const bench = watcher()
        declare(bench)
        let now = 10
        for (const { what, afterMs } of events) {
          now += afterMs
          if (what === 'standing' || what === 'over') feel(bench, what, now)
          else if (what === 'freeze') bench.send({ kind: 'commanded', command: freezeOf(`f${now}`, 20_000) }, now)
          else if (what === 'tick') bench.send({ kind: 'tick' }, now)
          else mode(bench, what === 'on', now)
        }
        mode(bench, false, now + 1)
        feel(bench, 'over', now + 2)
        bench.send({ kind: 'tick' }, now + 60_003)
        expect(values(bench)).toEqual({})
        // Every value that was set was taken back: as many changes one way as the other, for each setting.
        const ends = textsOf(bench).filter((text) => text.includes(' is over.')).length
        expect(ends === 0).toBe(textsOf(bench).length === 0)
      }),
      { numRuns: 200 },
    )
  })
})
