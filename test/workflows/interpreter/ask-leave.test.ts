import { describe, expect, test } from 'vitest'
import type { GateRequest } from '../../../workflows/interpreter/host.ts'
import { rehearse } from '../../../src/rehearsal/rehearse.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import type { Step } from '../../../src/plan/plan.ts'
import { approve, byPerson, change, end, inputOf, parallel, planOf, read } from '../plans.ts'

const asking = (steps: readonly Step[], more: object = {}) => planOf(steps, { automation: 'approve', ...more })
const did = (journal: readonly string[]): readonly string[] =>
  journal.filter((line) => line.startsWith('did ')).map((line) => line.split(' ')[1] ?? '')

function voting(verb: 'approve' | 'reject' | null): { readonly script: Script; readonly gates: GateRequest[] } {
  const gates: GateRequest[] = []
  const vote = (gate: GateRequest) => (gates.push(gate), verb === null ? null : { afterMs: 1_000, verb, by: 'ada' })
  return { script: { vote }, gates }
}

describe('a run of `automation: approve`', () => {
  test('reads alone, then shows its plan and changes only what was approved', async () => {
    const { script, gates } = voting('approve')
    const plan = asking([read('look'), change('a'), change('b', { with: { of: { cel: 'steps.a.output.x' } } })])
    const { result, journal } = await rehearse(inputOf(plan), script)
    expect(result.outcome).toBe('failed')
    expect(gates).toHaveLength(1)
    expect(gates[0]).toMatchObject({ id: 'run#approve', kind: 'approval', verbs: ['approve', 'reject'] })
    expect(gates[0]?.message).toContain('- a: Title of a `test.change` {"of":"a"}')
    expect(gates[0]?.message).toContain('- b: Title of b `test.change` (its arguments are known when it begins)')
    expect(did(journal).slice(0, 2)).toEqual(['look#0', 'a#0'])
    expect(journal.some((line) => line.startsWith('told oncall:'))).toBe(true)
  })
  test.each([
    ['reject', 'rejected'],
    [null, 'gate-deadline'],
  ] as const)('changes nothing where people answer %s, not even in its finally', async (verb, code) => {
    const plan = asking([read('look'), change('a')], { finally: [change('tidy'), read('note')] })
    const { result, journal } = await rehearse(inputOf(plan), voting(verb).script)
    expect(result).toMatchObject({ outcome: 'rejected', code, left: [] })
    expect(did(journal)).toEqual(['look#0', 'finally/note#0'])
  })
  test('wakes nobody where there is nothing to change', async () => {
    const { script, gates } = voting('approve')
    const { result } = await rehearse(inputOf(asking([read('look'), end('gone', 'recovered')])), script)
    expect(result.outcome).toBe('recovered')
    expect(gates).toEqual([])
  })
  test('asks once for branches that change side by side', async () => {
    const { script, gates } = voting('approve')
    const { result, journal } = await rehearse(inputOf(asking([parallel('p', [[change('a')], [change('b')]])])), script)
    expect(result.outcome).toBe('effective')
    expect(gates).toHaveLength(1)
    expect(did(journal)).toEqual(['p/b0/a#0', 'p/b1/b#0'])
  })
  test('asks in place of a branch that was cancelled while it asked', async () => {
    const gates: GateRequest[] = []
    const script: Script = {
      vote: (gate) => (gates.push(gate), { afterMs: 60_000, verb: 'approve', by: 'ada' }),
    }
    const limited = change('a', { onFailure: 'continue' })
    const plan = asking([
      parallel('p', [[{ ...parallel('q', [[limited]]), timeoutMs: 5_000, onFailure: 'continue' }], [change('b')]]),
    ])
    const { journal } = await rehearse(inputOf(plan), script)
    expect(did(journal)).toContain('p/b1/b#0')
    expect(gates.length).toBeGreaterThan(1)
  })
  test('is not asked again for what an `approve` at its top has let through, nor where a person started it', async () => {
    const { script, gates } = voting('approve')
    await rehearse(inputOf(asking([approve('ok'), change('a')])), script)
    expect(gates.map(({ id }) => id)).toEqual(['ok'])
    await rehearse(inputOf(asking([change('a')]), byPerson), script)
    await rehearse(inputOf(asking([change('a')]), { parent: 'other/node-1/1' }), script)
    expect(gates).toHaveLength(1)
  })
  test.each(['kill', 'continue'] as const)('that is cut off by %s at any call asks and changes once', async (crash) => {
    for (let crashAtCall = 0; crashAtCall < 6; crashAtCall++) {
      const plan = asking([read('look'), change('a'), change('b')])
      const { result, journal } = await rehearse(inputOf(plan), voting('approve').script, { crashAtCall, crash })
      expect(result.outcome).toBe('effective')
      expect(did(journal).toSorted()).toEqual(['a#0', 'b#0', 'look#0'])
    }
  })
})
