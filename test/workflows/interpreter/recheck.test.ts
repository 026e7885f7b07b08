import { expect, test } from 'vitest'
import { rehearse } from '../../../src/rehearsal/rehearse.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import type { Json } from '../../../src/plan/json.ts'
import type { GateRequest } from '../../../workflows/interpreter/host.ts'
import { approve, change, inputOf, planOf, read } from '../plans.ts'

const message = { text: ['It has ', { cel: 'steps.look.output.free' }, ' left. Wipe it?'] } as const

/** What `look` sees, look by look; the last one stays. */
function seeing(outputs: readonly Json[]): { readonly script: Script; readonly gates: GateRequest[] } {
  const gates: GateRequest[] = []
  let looks = 0
  const script: Script = {
    act: ({ action }) => {
      const output = action.name === 'test.read' ? (outputs[Math.min(looks++, outputs.length - 1)] ?? null) : {}
      return { kind: 'ok', output, attempts: 1 }
    },
    vote: (gate) => (gates.push(gate), { afterMs: 1_000, verb: 'approve', by: 'ada' }),
  }
  return { script, gates }
}
const steps = [
  read('look'),
  approve('ok', { message, recheck: 'look' }),
  change('wipe', { with: { of: { cel: 'steps.look.output.free' } } }),
]
const wiped = (journal: readonly string[]): string | undefined => journal.find((line) => line.startsWith('did wipe'))

test('what was shown is read again after the decision; where it is the same the run goes on', async () => {
  const { script, gates } = seeing([
    { free: 1, at: 1 },
    { free: 1, at: 2 },
  ])
  const { result, journal } = await rehearse(inputOf(planOf(steps)), script)
  expect(result.outcome).toBe('effective')
  expect(gates).toHaveLength(1)
  expect(journal.filter((line) => line.startsWith('did ok/recheck'))).toHaveLength(1)
})

test('drift in what was shown asks again, about what is so now', async () => {
  const { script, gates } = seeing([{ free: 1 }, { free: 7 }])
  const { result, journal } = await rehearse(inputOf(planOf(steps)), script)
  expect(result.outcome).toBe('effective')
  expect(gates.map((gate) => gate.message)).toEqual(['It has 1 left. Wipe it?', 'It has 7 left. Wipe it?'])
  expect(gates[0]?.snapshot).not.toEqual(gates[1]?.snapshot)
  expect(wiped(journal)).toContain('{"of":7}')
})

test('a message that shows nothing of the read stands for all of it', async () => {
  const { script, gates } = seeing([{ free: 1 }, { free: 2 }])
  const blind = [read('look'), approve('ok', { recheck: 'look' }), change('wipe')]
  await rehearse(inputOf(planOf(blind)), script)
  expect(gates).toHaveLength(2)
})

test('a read that fails after the decision stops what was approved', async () => {
  const { script } = seeing([{ free: 1 }])
  const failing: Script = {
    ...script,
    act: (request) =>
      request.path === 'ok/recheck'
        ? { kind: 'failed', failure: { code: 'unavailable', message: 'no answer' }, attempts: 1 }
        : (script.act?.(request) ?? { kind: 'cancelled' }),
  }
  const { result, journal } = await rehearse(inputOf(planOf(steps)), failing)
  expect(result).toMatchObject({ outcome: 'failed', code: 'unavailable' })
  expect(wiped(journal)).toBeUndefined()
})

test.each(['kill', 'continue'] as const)('a vote is not lost where the run is cut off by %s', async (crash) => {
  for (let crashAtCall = 0; crashAtCall < 6; crashAtCall++) {
    const { script } = seeing([{ free: 1 }])
    const { result } = await rehearse(inputOf(planOf(steps)), script, { crashAtCall, crash })
    expect(result.outcome).toBe('effective')
  }
})
