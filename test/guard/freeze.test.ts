// A person's freeze, thaw and reset: what they hold, what they never hold, and that each is written down once.
import { describe, expect, test } from 'vitest'
import type { FleetCommand, Trigger } from '../../src/guard/protocol.ts'
import { nextLook } from '../../src/guard/guard.ts'
import { replyTo } from '../../src/guard/command.ts'
import { reviveGuardState, toDetectorState, type GuardState } from '../../src/guard/state.ts'
import type { Effect } from '../../src/guard/step.ts'
import { candidateOf, createBench, freezeOf, person, planOf, reportOf } from './cases.ts'

const command = (bench: ReturnType<typeof createBench>, said: FleetCommand, now: number) =>
  bench.send({ kind: 'commanded', command: said }, now)
const thaw = (requestId: string) => ({ kind: 'thaw', by: 'ada', why: 'done', requestId }) as const
const auditsIn = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'record' && effect.record.kind === 'audit' ? [effect.record] : []))
const wordsIn = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'say' ? [`${effect.verb} ${effect.workflowId.split('/')[1]}`] : []))

describe('a freeze', () => {
  test('holds what would start by itself, by name, and refuses people', () => {
    const bench = createBench()
    command(bench, freezeOf('f'), 900)
    bench.observe('node-2', 'failed', 1000)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'frozen', target: 'node-2' })
    expect(bench.last?.message).toContain('`grace` until 1970-01-01T00:01:00.900Z: migration')
    bench.ask(person('a', 1001), 1001)
    expect(bench.last).toMatchObject({ kind: 'refused', reason: 'frozen' })
    expect(bench.started).toEqual([])
  })

  test('ends by itself at its time, and what it held starts then', () => {
    const bench = createBench()
    command(bench, freezeOf('f'), 900)
    bench.observe('node-2', 'failed', 1000)
    expect(nextLook(bench.state)).toBe(60_900)
    const effects = bench.send({ kind: 'tick' }, 60_900)
    expect(bench.started).toHaveLength(1)
    expect(auditsIn(effects)).toMatchObject([{ id: 'lab/thaw/f/end', body: { what: 'thaw', by: 'phix' } }])
    expect(bench.state.freeze).toBeNull()
  })

  test('is over at its very time, whether or not anything ticked', () => {
    const bench = createBench()
    command(bench, freezeOf('f'), 900)
    bench.ask(person('a', 60_900), 60_900)
    expect(bench.last).toMatchObject({ kind: 'started' })
    expect(toDetectorState(bench.state, 60_900).freeze).toBeNull()
  })

  test('is overridden by a person who says why, and the decision says so', () => {
    const bench = createBench()
    command(bench, freezeOf('f', 60_000, true), 900)
    const effects = bench.ask({ ...person('a', 1000), overrideFreeze: 'customer down' } as Trigger, 1000)
    expect(bench.last).toMatchObject({ kind: 'started', trigger: { overrideFreeze: 'customer down' } })
    expect(bench.last?.message).toContain('in spite of the freeze by `grace`: customer down')
    expect(wordsIn(effects)).toEqual([])
  })

  test('is written down once, however often it is heard, and late words do not freeze again', () => {
    const bench = createBench()
    expect(auditsIn(command(bench, freezeOf('f'), 900))).toMatchObject([
      { id: 'lab/freeze/f', body: { by: 'grace', why: 'migration', until: 60_900 } },
    ])
    expect(command(bench, freezeOf('f'), 950)).toEqual([])
    command(bench, thaw('t'), 1000)
    expect(command(bench, freezeOf('f'), 1100)).toEqual([])
    expect(bench.state.freeze).toBeNull()
    expect(replyTo(bench.state, 'f')).toMatchObject({ changed: true })
  })

  test('in flight pauses every open run, and those that were just being started; a thaw lets them go', () => {
    const bench = createBench()
    bench.observe('node-2', 'failed', 1000)
    bench.observe('node-3', 'failed', 1000)
    const [first] = bench.started
    expect(wordsIn(command(bench, freezeOf('f', 60_000, true), 1100))).toEqual(['pause node-2', 'pause node-3'])
    expect(wordsIn(bench.send({ kind: 'launched', workflowId: first!, runId: 'r' }, 1200))).toEqual(['pause node-2'])
    bench.close(first!, 'effective', 1300)
    expect(wordsIn(command(bench, thaw('t'), 1400))).toEqual(['resume node-3'])
  })

  test('without in flight leaves open runs alone', () => {
    const bench = createBench()
    bench.observe('node-2', 'failed', 1000)
    expect(wordsIn(command(bench, freezeOf('f'), 1100))).toEqual([])
  })

  test('is replaced by a second one: its end and its word for open runs', () => {
    const bench = createBench()
    bench.observe('node-2', 'failed', 1000)
    command(bench, freezeOf('f', 60_000, true), 1100)
    expect(wordsIn(command(bench, freezeOf('g', 10_000), 1200))).toEqual(['resume node-2'])
    expect(bench.state.freeze).toMatchObject({ id: 'g', until: 11_200 })
  })

  test('that is not there is not thawed, and that is no record', () => {
    const bench = createBench()
    expect(command(bench, thaw('t'), 1000)).toEqual([])
    expect(replyTo(bench.state, 't')).toEqual({ changed: false, message: '`lab` is not frozen.' })
  })

  test('is known after a detector of an earlier build carried a state without it', () => {
    const { state } = createBench()
    const { freeze: _, heard: __, ...old } = state
    expect(reviveGuardState(old as unknown as GuardState)).toEqual(state)
  })
})

describe('a reset', () => {
  test('clears attempts and cooldown, is written down, and lets what stands start', () => {
    const once = planOf('r', { attempts: [{ count: 1, windowMs: 3_600_000 }], cooldownMs: 600_000 })
    const bench = createBench({ match: () => reportOf(candidateOf('node-2', once)) })
    bench.observe('node-2', 'failed', 1000)
    bench.close(bench.started[0]!, 'ineffective', 2000)
    bench.observe('node-2', 'failed', 3000)
    expect(bench.last).toMatchObject({ kind: 'held' })
    const reset = { kind: 'reset', target: 'node-2', by: 'ada', why: 'new disk', requestId: 'x' } as const
    const effects = command(bench, reset, 4000)
    expect(auditsIn(effects)).toMatchObject([{ id: 'lab/reset/x', target: 'node-2', body: { attempts: 1 } }])
    expect(bench.started).toHaveLength(2)
  })

  test('of a target that nobody knows changes nothing', () => {
    const bench = createBench()
    command(bench, { kind: 'reset', target: 'node-99', by: 'ada', why: 'x', requestId: 'x' }, 1)
    expect(replyTo(bench.state, 'x')).toMatchObject({ changed: false })
  })
})
