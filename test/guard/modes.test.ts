// Degraded modes: who holds one on, what ends it, what is written down, and that the order of words changes nothing.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adopt } from '../../src/guard/adopt.ts'
import { replyTo } from '../../src/guard/command.ts'
import { nextLook } from '../../src/guard/guard.ts'
import {
  hear,
  holdersOf,
  recordOfMode,
  standingModes,
  type ModeRecord,
  type ModeWord,
} from '../../src/guard/mode-words.ts'
import { modesTarget, replyToStep } from '../../src/guard/modes.ts'
import type { FleetCommand } from '../../src/guard/protocol.ts'
import { recall, type Written } from '../../src/guard/recall.ts'
import { createGuardState, toDetectorState } from '../../src/guard/state.ts'
import { createBench } from './cases.ts'

type Bench = ReturnType<typeof createBench>
const MODE = 'read-only'

let keys = 0
const step = (bench: Bench, on: boolean, workflowId: string, now: number, key = `k${++keys}`) => {
  bench.send({ kind: 'moded', request: { mode: MODE, on, workflowId, why: 'load', key } }, now)
  return replyToStep(bench.state, key)
}
const say = (bench: Bench, on: boolean, now: number, requestId = `r${++keys}`) => {
  const command: FleetCommand = { kind: 'mode', mode: MODE, on, by: 'ada', why: 'drill', requestId }
  bench.send({ kind: 'commanded', command }, now)
  return replyTo(bench.state, requestId)
}
const clear = (bench: Bench, heldAt: number, now: number) =>
  bench.send({ kind: 'observed', observation: { kind: 'mode', mode: MODE, at: now, heldAt, evidence: 'calm' } }, now)
const holders = (bench: Bench) =>
  standingModes(bench.state.modes).flatMap(({ heldBy }) => heldBy.map(({ kind, name }) => `${kind} ${name}`))
const openRun = (bench: Bench, node: string, now: number): string => {
  bench.observe(node, 'failed', now)
  return bench.started.at(-1) ?? ''
}
const recordsOf = (bench: Bench): readonly Written[] =>
  bench.effects.flatMap((each) =>
    each.kind === 'record' && each.record.target === modesTarget('lab') ? [each.record] : [],
  )
const textsOf = (bench: Bench) => recordsOf(bench).map(({ body }) => (body as { text: string }).text)

describe('a degraded mode', () => {
  test('that two runs entered is on until both have left it', () => {
    const bench = createBench()
    expect(step(bench, true, 'a', 10)).toMatchObject({ active: true, before: false, held: false, changed: true })
    expect(step(bench, true, 'b', 11)).toMatchObject({ active: true, before: true, held: false, changed: true })
    expect(step(bench, false, 'a', 12)).toMatchObject({ active: true, before: true, held: true, changed: true })
    expect(holders(bench)).toEqual(['run b'])
    expect(step(bench, false, 'b', 13)).toMatchObject({ active: false, before: true, held: true })
    expect(holders(bench)).toEqual([])
  })

  test('is left by a run that never entered it only for runs that have ended', () => {
    const bench = createBench()
    const open = openRun(bench, 'node-2', 5)
    step(bench, true, 'ended', 10)
    step(bench, true, open, 11)
    expect(step(bench, false, 'other', 12)).toMatchObject({ active: true, held: true, changed: true })
    expect(holders(bench)).toEqual([`run ${open}`])
    expect(step(bench, false, 'other', 13)).toMatchObject({ active: true, held: false, changed: false })
  })

  test('undo goes back to what the run held: an entry that changed nothing is not taken back', () => {
    const bench = createBench()
    step(bench, true, 'a', 10)
    const again = step(bench, true, 'a', 11)
    expect(again).toMatchObject({
      held: true,
      changed: false,
      message: 'Degraded mode `read-only` is on already, held by `a`.',
    })
    step(bench, again?.held ?? false, 'a', 12)
    expect(holders(bench)).toEqual(['run a'])
    // The leaving of a run that held nothing is undone by nothing, too.
    const open = openRun(bench, 'node-2', 13)
    step(bench, false, 'a', 14)
    step(bench, true, open, 15)
    const vain = step(bench, false, 'other', 16)
    step(bench, vain?.held ?? true, 'other', 17)
    expect(holders(bench)).toEqual([`run ${open}`])
  })

  test('is ended for everybody by a person, and what is so already is said to be so', () => {
    const bench = createBench()
    step(bench, true, 'a', 10)
    expect(say(bench, true, 11)).toMatchObject({
      changed: true,
      message: expect.stringContaining('as `a` did already'),
    })
    expect(say(bench, true, 12)).toMatchObject({ changed: false })
    expect(say(bench, false, 13)).toMatchObject({
      changed: true,
      message: '`ada` ended degraded mode `read-only`: drill',
    })
    expect(say(bench, false, 14)).toEqual({ changed: false, message: 'Degraded mode `read-only` is off already.' })
    expect(holders(bench)).toEqual([])
    expect(textsOf(bench)).toHaveLength(3)
  })

  test('a key that is heard twice is one word, with the first answer, also after the mode was left', () => {
    const bench = createBench()
    const first = step(bench, true, 'a', 10, 'same')
    step(bench, false, 'a', 11)
    expect(step(bench, true, 'a', 12, 'same')).toEqual(first)
    expect(holders(bench)).toEqual([])
  })

  test('ends when its cause is gone, except for who entered it after that was seen', () => {
    const bench = createBench()
    step(bench, true, 'a', 10)
    const heldAt = bench.state.modeStamp ?? 0
    step(bench, true, 'b', 20)
    clear(bench, heldAt, 30)
    expect(holders(bench)).toEqual(['run b'])
    clear(bench, bench.state.modeStamp ?? 0, 40)
    expect(holders(bench)).toEqual([])
    expect(textsOf(bench).at(-1)).toBe('Degraded mode `read-only` has ended by itself: its cause is gone: calm.')
    expect(clear(bench, 99, 50)).toEqual([])
  })

  test('that is on for too long is told to a person once, and again when it was off meanwhile', () => {
    const bench = createBench()
    const roster = {
      ...{ nodes: [], limits: bench.state.limits, page: ['oncall'] },
      modes: [{ mode: MODE, longestMs: 1_000 }],
    }
    bench.send({ kind: 'observed', observation: { kind: 'roster', at: 1, roster } }, 1)
    const pages = () => bench.effects.filter((each) => each.kind === 'page')
    step(bench, true, 'a', 10)
    expect(nextLook(bench.state)).toBe(1_010)
    bench.send({ kind: 'tick' }, 1_009)
    expect(pages()).toEqual([])
    bench.send({ kind: 'tick' }, 1_010)
    bench.send({ kind: 'tick' }, 5_000)
    expect(pages()).toMatchObject([{ message: expect.stringContaining('phix mode off lab read-only') }])
    say(bench, false, 6_000)
    step(bench, true, 'a', 7_000)
    bench.send({ kind: 'tick' }, 8_000)
    expect(pages()).toHaveLength(2)
  })

  test('is known again to a detector that has no memory, with its holders', () => {
    const bench = createBench()
    step(bench, true, 'a', 10)
    say(bench, true, 11)
    step(bench, false, 'a', 12)
    const [newest] = recordsOf(bench).toReversed()
    const none = { open: [], lastMarks: [], marks: [], decisions: [], runs: [], audits: [], roster: null }
    const state = adopt(createGuardState('lab', []), recall({ ...none, lastModes: newest ?? null }), 100)
    expect(toDetectorState(state, 100).modes).toEqual(toDetectorState(bench.state, 100).modes)
  })

  test('a hundred that enter it are bounded, and it is on until a person ends it', () => {
    const bench = createBench()
    for (let run = 0; run < 100; run++) step(bench, true, `run-${run}`, 10 + run)
    expect(holders(bench).length).toBeLessThanOrEqual(17)
    for (let run = 0; run < 100; run++) step(bench, false, `run-${run}`, 200 + run)
    expect(holders(bench)).toEqual(['many others'])
    expect(say(bench, false, 400)).toMatchObject({ changed: true })
    expect(holders(bench)).toEqual([])
  })

  test('more modes than are kept are refused, and the memory stays bounded', () => {
    const bench = createBench()
    for (let n = 0; n < 200; n++)
      bench.send(
        { kind: 'moded', request: { mode: `m${n}`, on: true, workflowId: 'a', why: 'x', key: `x${n}` } },
        10 + n,
      )
    expect(Object.keys(bench.state.modes ?? {})).toHaveLength(50)
    expect(replyToStep(bench.state, 'x199')).toBeNull()
  })
})

describe('words about modes', () => {
  const holder = fc.record({
    kind: fc.constantFrom('run' as const, 'person' as const),
    name: fc.constantFrom('a', 'b', 'c'),
  })
  const mode = fc.constantFrom('one', 'two')
  const word = (at: number): fc.Arbitrary<ModeWord> =>
    fc.oneof(
      fc
        .record({ says: fc.constantFrom('hold' as const, 'release' as const), mode, who: holder })
        .map(({ who, ...said }): ModeWord => ({ ...said, ...who, why: 'x', at })),
      mode.map((each): ModeWord => ({ says: 'clear', mode: each, at })),
      // The end of a cause lets go only of what was held when it was seen.
      fc.tuple(mode, fc.nat(at)).map(([each, upTo]): ModeWord => ({ says: 'clear', mode: each, at: upTo })),
    )
  const words = fc
    .integer({ min: 1, max: 14 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => word(index + 1))))
  const hearAll = (said: readonly ModeWord[]) =>
    said.reduce<Readonly<Record<string, ModeRecord>>>((each, next) => hear(each, next), {})
  const held = (said: readonly ModeWord[]) => {
    const modes = hearAll(said)
    return ['one', 'two'].map((each) => holdersOf(recordOfMode(modes, each)).map(({ kind, name }) => `${kind} ${name}`))
  }

  test('in any order, each heard as often as you like, leave the same modes on for the same holders', () => {
    fc.assert(
      fc.property(words, fc.infiniteStream(fc.nat()), (said, random) => {
        const heardTwice = said.flatMap((each) => ((random.next().value as number) % 3 === 0 ? [each, each] : [each]))
        const shuffled = heardTwice
          .map((each) => [random.next().value as number, each] as const)
          .toSorted(([one], [other]) => one - other)
          .map(([, each]) => each)
        expect(held(shuffled)).toEqual(held(said))
      }),
      { numRuns: 500 },
    )
  })

  test('a mode is on exactly while somebody holds it whose last word was not let go', () => {
    fc.assert(
      fc.property(words, (said) => {
        const modes = hearAll(said)
        for (const each of ['one', 'two']) {
          const own = said.filter((next) => next.mode === each)
          const cleared = Math.max(0, ...own.flatMap((next) => (next.says === 'clear' ? [next.at] : [])))
          const last = new Map(
            own.flatMap((next) => (next.says === 'clear' ? [] : [[`${next.kind} ${next.name}`, next]])),
          )
          const expected = [...last.values()].some(({ says, at }) => says === 'hold' && at > cleared)
          expect(standingModes(modes).some((next) => next.mode === each)).toBe(expected)
        }
      }),
    )
  })
})
