import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findSides } from '../../src/detection/sides.ts'

const MEMBERS = ['a', 'b', 'c', 'd', 'e']
const told = (views: Readonly<Record<string, string>>) =>
  new Map(Object.entries(views).map(([name, reaches]) => [name, reaches.split('')]))

describe('the sides of a cluster', () => {
  test('a cut in two has a majority and a minority', () => {
    const views = told({ a: 'abc', b: 'abc', c: 'abc', d: 'de', e: 'de' })
    expect(findSides(views, MEMBERS)).toEqual({
      sides: [
        ['a', 'b', 'c'],
        ['d', 'e'],
      ],
      majority: ['a', 'b', 'c'],
      minority: ['d', 'e'],
    })
  })
  test('where no side has more than half of all, there is no majority, and nobody is the minority', () => {
    const views = told({ a: 'ab', b: 'ab', c: 'cd', d: 'cd', e: 'e' })
    expect(findSides(views, MEMBERS)).toMatchObject({ majority: [], minority: [] })
  })
  test('members that tell nothing count against a majority', () => {
    expect(findSides(told({ a: 'ab', b: 'ab' }), MEMBERS)).toMatchObject({ majority: [] })
  })
  test('being heard without hearing is no connection', () => {
    const views = told({ a: 'abcd', b: 'abc', c: 'abc', d: 'd', e: 'e' })
    expect(findSides(views, MEMBERS).sides[0]).toEqual(['a', 'b', 'c'])
  })
  test('each that answered is on one side; majority and minority never meet; the order of members changes no side', () => {
    const view = fc.subarray(MEMBERS)
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...MEMBERS), view),
        fc.shuffledSubarray(MEMBERS, { minLength: 5 }),
        (views, order) => {
          const reaches = new Map(Object.entries(views))
          const { sides, majority, minority } = findSides(reaches, MEMBERS)
          expect(sides.flat().toSorted()).toEqual(Object.keys(views).toSorted())
          expect(majority.filter((name) => minority.includes(name))).toEqual([])
          const again = findSides(reaches, order)
          const sorted = (all: readonly (readonly string[])[]) => all.map((side) => side.toSorted().join('')).toSorted()
          expect(sorted(again.sides)).toEqual(sorted(sides))
        },
      ),
    )
  })
})
