// What follows a page, in any order of time: bounded, in order, and silent once somebody is on it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PagingPolicy } from '../../../src/plan/run.ts'
import {
  afterWord,
  heldUntilThen,
  MOST_UPDATES,
  nextWord,
  peopleFor,
  withPage,
  type NextWord,
  type Paging,
} from '../../../workflows/interpreter/paging.ts'

const MINUTE = 60_000
const policy: PagingPolicy = {
  ...{ repeatMs: 5 * MINUTE, repeats: 3, updateMs: 15 * MINUTE },
  levels: [
    { afterMs: 12 * MINUTE, to: ['senior'] },
    { afterMs: 40 * MINUTE, to: ['boss'] },
  ],
}
const first = (more: Partial<Parameters<typeof withPage>[2]> = {}, by = policy): Paging =>
  withPage(undefined, by, { to: ['oncall'], message: 'help', path: 'a', at: 0, heldUntil: null, ...more })

/** Plays what follows until nothing does, or until a time. */
function play(paging: Paging, until = Number.POSITIVE_INFINITY, isAcked = (_now: number): boolean => false) {
  const said: { at: number; kind: NextWord['kind']; to: readonly string[] }[] = []
  let now = 0
  for (
    let word = nextWord(paging, isAcked(now));
    word !== null && word.at <= until;
    word = nextWord(paging, isAcked(now))
  ) {
    now = Math.max(now, word.at)
    if (isAcked(now) && word.kind !== 'update') continue
    said.push({ at: now, kind: word.kind, to: peopleFor(paging, word.kind) })
    paging = afterWord(paging, word.kind, now)
    if (said.length > 2_000) throw new Error('it does not end')
  }
  return said
}

test('a page is repeated, climbs a level after its time, and keeps up to date who was called', () => {
  expect(play(first(), 41 * MINUTE).map(({ at, kind, to }) => `${at / MINUTE} ${kind} ${to.join(',')}`)).toEqual([
    '5 repeat oncall',
    '10 repeat oncall',
    '12 level senior',
    '15 repeat oncall,senior',
    '15 update oncall,senior',
    '30 update oncall,senior',
    '40 level boss',
  ])
})

test('an acknowledged page calls nobody; an answered one neither, until there is another', () => {
  expect(play(first(), 60 * MINUTE, () => true).map(({ kind }) => kind)).toEqual(Array(4).fill('update'))
  const answered = { ...first(), isAnswered: true }
  expect(nextWord(answered, false)?.kind).toBe('update')
  const again = withPage(answered, policy, {
    ...{ to: ['others'], message: 'more', path: 'b' },
    at: MINUTE,
    heldUntil: null,
  })
  expect(nextWord(again, false)).toEqual({ kind: 'repeat', at: 6 * MINUTE })
  expect(again).toMatchObject({ to: ['oncall', 'others'], message: 'more', since: MINUTE })
})

test('a page of quiet hours is made when they are over, and only then is anything counted from it', () => {
  const held = first({ heldUntil: 480 * MINUTE })
  expect(nextWord(held, false)).toEqual({ kind: 'page', at: 480 * MINUTE })
  expect(nextWord(held, true)).toEqual({ kind: 'update', at: 495 * MINUTE })
  expect(nextWord(afterWord(held, 'page', 480 * MINUTE), false)).toEqual({ kind: 'repeat', at: 485 * MINUTE })
})

test('what falls due in quiet hours is said when they are over, and was not said before', () => {
  const paging = heldUntilThen(first(), 300 * MINUTE)
  expect(nextWord(paging, false)).toEqual({ kind: 'repeat', at: 300 * MINUTE })
})

describe('any policy and any time of an acknowledgement', () => {
  const policies = fc.record({
    repeatMs: fc.integer({ min: 0, max: 100 * MINUTE }),
    repeats: fc.integer({ min: 0, max: 100 }),
    updateMs: fc.integer({ min: 0, max: 100 * MINUTE }),
    levels: fc
      .array(fc.integer({ min: 1, max: 1_000 * MINUTE }), { maxLength: 2 })
      .map((times) => times.toSorted((a, b) => a - b).map((afterMs, n) => ({ afterMs, to: [`level-${n}`] }))),
  })
  test('ends, in order of time, with no more repeats, levels and updates than there may be', () => {
    fc.assert(
      fc.property(
        policies,
        fc.option(fc.integer({ min: 0, max: 2_000 * MINUTE }), { nil: Infinity }),
        (by, ackedAt) => {
          const said = play(first({}, by), undefined, (now) => now >= ackedAt)
          const count = (kind: string): number => said.filter((each) => each.kind === kind).length
          expect(count('repeat')).toBeLessThanOrEqual(by.repeats)
          expect(count('level')).toBeLessThanOrEqual(by.levels.length)
          expect(count('update')).toBeLessThanOrEqual(MOST_UPDATES)
          expect(said.map(({ at }) => at)).toEqual(said.map(({ at }) => at).toSorted((a, b) => a - b))
          expect(said.filter(({ kind, at }) => kind !== 'update' && at >= ackedAt)).toEqual([])
          if (ackedAt === Infinity && by.repeatMs > 0) expect(count('repeat')).toBe(by.repeats)
          if (ackedAt === Infinity) expect(count('level')).toBe(by.levels.length)
        },
      ),
    )
  })
})
