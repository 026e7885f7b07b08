import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advanceClock, NOT_SEEN } from '../../src/detection/condition-clock.ts'

const phases = (looks: readonly (readonly [boolean | null, number])[], forMs: number) => {
  let clock = NOT_SEEN
  return looks.map(([held, at]) => (clock = advanceClock(clock, held, at, forMs)).phase)
}

describe('how long a condition has held', () => {
  test('it stands once it has held for all of its time', () => {
    const looks = [0, 1, 2, 3].map((at) => [true, at * 1000] as const)
    expect(phases(looks, 2000)).toEqual(['pending', 'pending', 'standing', 'standing'])
  })
  test('one look is never enough, whatever its time is', () => {
    expect(
      phases(
        [
          [true, 0],
          [true, 1000],
        ],
        0,
      ),
    ).toEqual(['pending', 'standing'])
  })
  test('a look that did not hold begins its time anew', () => {
    expect(
      phases(
        [
          [true, 0],
          [false, 1000],
          [true, 2000],
          [true, 3000],
        ],
        2000,
      ),
    ).toEqual(['pending', 'over', 'pending', 'pending'])
  })
  test('missing evidence is unknown, and breaks the time as well', () => {
    expect(
      phases(
        [
          [true, 0],
          [null, 1000],
          [true, 2000],
          [true, 3000],
        ],
        2000,
      ),
    ).toEqual(['pending', 'unknown', 'pending', 'pending'])
  })
  test('it never stands without having held, known and unbroken, for its whole time', () => {
    const look = fc.tuple(fc.constantFrom(true, true, true, false, null), fc.integer({ min: 1, max: 3000 }))
    fc.assert(
      fc.property(fc.array(look, { maxLength: 40 }), fc.nat(5000), (steps, forMs) => {
        let clock = NOT_SEEN
        let at = 0
        let heldSince: number | null = null
        for (const [held, afterMs] of steps) {
          at += afterMs
          heldSince = held === true ? (heldSince ?? at) : null
          clock = advanceClock(clock, held, at, forMs)
          if (clock.phase === 'standing') expect(at - (heldSince ?? Infinity)).toBeGreaterThanOrEqual(forMs)
          if (held === null) expect(clock.phase).toBe('unknown')
        }
      }),
    )
  })
})
