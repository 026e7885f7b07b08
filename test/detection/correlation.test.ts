import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findTogether, type MemberSight } from '../../src/detection/correlation.ts'

const well = (name: string, zone: string | null = null): MemberSight => ({
  name,
  zone,
  healthy: true,
  errorRate: 0,
  requestMs: 10,
})
const five = (): MemberSight[] => ['a', 'b', 'c', 'a', 'b'].map((zone, index) => well(`node-${index + 1}`, zone))
const change = (members: MemberSight[], names: readonly string[], to: Partial<MemberSight>): MemberSight[] =>
  members.map((member) => (names.includes(member.name) ? { ...member, ...to } : member))

describe('what is ill together', () => {
  test('a well cluster is not', () => {
    expect(findTogether(five())).toEqual({ ill: [], zone: '', dependency: '', usualMs: 10 })
  })
  test('failing answers win against a healthy probe', () => {
    expect(findTogether(change(five(), ['node-2'], { errorRate: 0.5 })).ill).toEqual(['node-2'])
  })
  test('three of five that are slow stand out against the two that are not', () => {
    const slow = ['node-1', 'node-2', 'node-3']
    expect(findTogether(change(five(), slow, { requestMs: 400 })).ill).toEqual(slow)
  })
  test('a cluster that is slow as a whole has no ill member', () => {
    expect(findTogether(five().map((member) => ({ ...member, requestMs: 900 }))).ill).toEqual([])
  })
  test('slower than the others but quick in itself is well', () => {
    expect(findTogether(change(five(), ['node-1'], { requestMs: 120 })).ill).toEqual([])
  })
  test('a whole zone is named, where it has two members or more', () => {
    expect(findTogether(change(five(), ['node-1', 'node-4'], { healthy: false })).zone).toBe('a')
    expect(findTogether(change(five(), ['node-3'], { healthy: false })).zone).toBe('')
    expect(findTogether(change(five(), ['node-1', 'node-2'], { healthy: false })).zone).toBe('')
  })
  test('what all of the ill rest on is named', () => {
    const storage = { name: 'storage-1', nodes: ['node-2', 'node-3'] }
    expect(findTogether(change(five(), ['node-2', 'node-3'], { healthy: false }), [storage]).dependency).toBe(
      'storage-1',
    )
    expect(findTogether(change(five(), ['node-2'], { healthy: false }), [storage]).dependency).toBe('')
  })
  test('what cannot be seen makes nobody ill', () => {
    expect(findTogether(change(five(), ['node-1'], { errorRate: null, requestMs: null })).ill).toEqual([])
  })
  test('the order of members changes nothing, and one more illness never heals another', () => {
    const sight = fc.record({
      healthy: fc.boolean(),
      errorRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      requestMs: fc.option(fc.integer({ min: 1, max: 3000 })),
    })
    fc.assert(
      fc.property(fc.array(sight, { minLength: 1, maxLength: 7 }), (sights) => {
        const members = sights.map((each, index) => ({ ...each, name: `n${index}`, zone: null }))
        const { ill } = findTogether(members)
        expect(findTogether(members.toReversed()).ill.toSorted()).toEqual(ill.toSorted())
        const worse = members.map((member, index) => (index === 0 ? { ...member, errorRate: 1 } : member))
        expect(findTogether(worse).ill).toEqual(expect.arrayContaining([...ill]))
      }),
    )
  })
})
