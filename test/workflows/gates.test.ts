import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGates, type Gates } from '../../workflows/gates.ts'
import type { GateRequest } from '../../workflows/interpreter/host.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Verb } from '../../src/plan/run.ts'

const request = (more: Partial<GateRequest> = {}): GateRequest => ({
  id: 'ok',
  kind: 'approval',
  title: 'May it go on?',
  message: 'Drain node-1?',
  snapshot: { gate: 'ok' },
  openedAt: 0,
  deadlineAt: 1_000,
  verbs: ['approve', 'reject'],
  notBy: [],
  ...more,
})
const hashOfGate = (gates: Gates): string => gates.list()[0]?.snapshotHash ?? ''

describe('a gate', () => {
  test('takes exactly one decision from any number of words at once, and tells the others who decided', () => {
    const words = fc.record({
      verb: fc.constantFrom<Verb>('approve', 'reject', 'retry', 'cancel'),
      by: fc.constantFrom('ada', 'bob', 'cyd'),
      at: fc.integer({ min: 0, max: 1_500 }),
      isStale: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(words, { minLength: 2, maxLength: 12 }), (said) => {
        const gates = createGates()
        const open = gates.open(request())
        const hash = hashOfGate(gates)
        const accepted: string[] = []
        for (const { verb, by, at, isStale } of said) {
          const message = { gate: 'ok', hash: isStale ? 'ffffffff' : hash.slice(0, 8), by }
          const judged = gates.judge(verb, message, at)
          const spoken = gates.say(verb, message, at)
          expect(spoken.kind).toBe(judged.kind)
          if (spoken.kind === 'accepted' && verb !== 'cancel') accepted.push(`${by} ${verb}`)
          if (spoken.kind === 'refused' && accepted.length > 0 && !isStale && verb !== 'retry')
            expect(spoken.sentence).toContain(accepted[0]?.split(' ')[0])
        }
        expect(accepted.length).toBeLessThanOrEqual(1)
        const { answer } = open
        expect(answer === null ? [] : [answer.kind === 'said' ? `${answer.by} ${answer.verb}` : '']).toEqual(accepted)
      }),
      { numRuns: 1_000, seed: 1 },
    )
  })
  test('is heard of no more once it is closed', () => {
    const gates = createGates()
    const open = gates.open(request())
    const message = { gate: 'ok', hash: hashOfGate(gates), by: 'ada' }
    gates.close(open)
    expect(gates.list()).toEqual([])
    expect(gates.say('approve', message, 1)).toMatchObject({ kind: 'refused' })
    expect(open.answer).toBeNull()
  })
  test('refuses at its deadline', () => {
    const gates = createGates()
    gates.open(request())
    const message = { gate: 'ok', hash: hashOfGate(gates), by: 'ada' }
    expect(gates.judge('approve', message, 999).kind).toBe('accepted')
    expect(gates.judge('approve', message, 1_000).kind).toBe('refused')
  })
  test('another snapshot is another hash', () => {
    const hashes = ['a', 'b'].map((target) => {
      const gates = createGates()
      gates.open(request({ snapshot: { target } }))
      return hashOfGate(gates)
    })
    expect(new Set(hashes).size).toBe(2)
  })
  test('hostile shapes are refused with a sentence, never thrown at', () => {
    const gates = createGates()
    gates.open(request())
    fc.assert(
      fc.property(fc.jsonValue(), (said) => {
        const judged = gates.judge('approve', said, 0)
        expect(judged.kind === 'refused' && judged.sentence.length > 10).toBe(true)
      }),
    )
    const big = { gate: 'ok', hash: hashOfGate(gates), by: 'ada', value: 'x'.repeat(40_000) }
    expect(gates.judge('approve', big, 0).kind).toBe('refused')
  })

  test('takes by `supply` only what the step puts out, and says what does not fit', () => {
    const gates = createGates()
    const output = {
      type: 'object',
      required: ['healthy'],
      properties: { healthy: { type: 'boolean' } },
      additionalProperties: false,
    }
    gates.open(request({ verbs: ['retry', 'supply'], kind: 'parked', output }))
    const supply = (value: Json) => gates.judge('supply', { gate: 'ok', hash: hashOfGate(gates), by: 'ada', value }, 1)
    expect(supply({ healthy: true }).kind).toBe('accepted')
    for (const wrong of [null, {}, { healthy: 'yes' }, { healthy: true, more: 1 }])
      expect(supply(wrong)).toMatchObject({
        kind: 'refused',
        sentence: expect.stringContaining('The `value` is not what gate `ok` puts out: ') as string,
      })
    expect(gates.say('supply', { gate: 'ok', hash: hashOfGate(gates), by: 'ada', value: { healthy: 1 } }, 1).kind).toBe(
      'refused',
    )
    expect(gates.list()).toHaveLength(1)
  })
})
