import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseBackend, type Candidate, type Credits } from '../../../src/lab/balancer/choose-backend.ts'

function choices(candidates: readonly Candidate[], count: number): string[] {
  let credits: Credits = {}
  return Array.from({ length: count }, () => {
    const chosen = chooseBackend(candidates, credits)
    credits = chosen?.credits ?? {}
    return chosen?.name ?? ''
  })
}

test('equal weights take turns', () => {
  const equal = ['a', 'b', 'c'].map((name) => ({ name, weight: 1 }))
  expect(choices(equal, 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
})

test('a heavy one does not get its share in one go', () => {
  expect(
    choices(
      [
        { name: 'a', weight: 3 },
        { name: 'b', weight: 1 },
      ],
      4,
    ),
  ).toEqual(['a', 'a', 'b', 'a'])
})

test('over one round each gets exactly its weight', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(weights, (all) => {
      const candidates = all.map((weight, index) => ({ name: `n${index}`, weight }))
      const total = all.reduce((sum, weight) => sum + weight, 0)
      fc.pre(total > 0)
      const round = choices(candidates, total)
      for (const { name, weight } of candidates) expect(round.filter((each) => each === name)).toHaveLength(weight)
    }),
  )
})

test('with nobody, or nobody with a weight, nobody is chosen', () => {
  expect(chooseBackend([], {})).toBeNull()
  expect(chooseBackend([{ name: 'a', weight: 0 }], {})).toBeNull()
})
