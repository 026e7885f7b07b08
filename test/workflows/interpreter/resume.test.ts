// A process may die at any call: whatever the plan, what happens in the world is the same as if it had not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowsOf } from '../../../workflows/interpreter/state.ts'
import { sha256Hex } from '../../../src/plan/hash.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { Verb } from '../../../src/plan/run.ts'
import { rehearse, type Rehearsal, type RehearsalOptions } from '../../../src/rehearsal/rehearse.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import { inputOf, leftEntry } from '../plans.ts'
import { randomPlans } from './random-plans.ts'

/** A world that answers by the name of what is asked and a seed: never by how often it was asked. */
function worldOf(seed: number): Script {
  const dice = (name: string): number => Number.parseInt(sha256Hex(`${seed} ${name}`).slice(0, 6), 16) / 0x1000000
  return {
    act({ path, operatorRetry }) {
      const luck = dice(`${path}#${operatorRetry}`)
      if (luck > 0.2) return { kind: 'ok', output: { ok: true }, attempts: 1 }
      const code = luck < 0.05 ? 'uncertain' : 'unavailable'
      return { kind: 'failed', failure: { code, message: 'bad luck' }, attempts: 1 }
    },
    // Odd times, different for each, so that no two things ever happen in the same instant.
    takesMs: ({ path }) => 10 + dice(`time ${path}`) * 900,
    onCancel: ({ path }) => (dice(`cancel ${path}`) < 0.5 ? 'finish' : 'stop'),
    verify: () => ({ kind: 'report', report: { held: dice('verify') > 0.3, unmet: [], evidence: null } }),
    vote(gate) {
      const luck = dice(`vote ${gate.id}`)
      const verb = gate.verbs[Math.floor(luck * gate.verbs.length)] as Verb
      return luck > 0.9 ? null : { afterMs: 10 + luck * 1_000, verb, by: 'ada', value: null }
    },
  }
}

const run = (plan: Plan, seed: number, options: RehearsalOptions = {}): Promise<Rehearsal> =>
  rehearse(inputOf(plan, { left: [leftEntry('old-1'), leftEntry('old-2')] }), worldOf(seed), options)

const lines = (journal: readonly string[], word: string): string[] =>
  journal.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
const effects = ({ journal }: Rehearsal): string[] => [...lines(journal, 'did'), ...lines(journal, 'failed')].sort()
const ending = ({ result: { outcome, code, left } }: Rehearsal): unknown => ({
  outcome,
  code,
  left: left.map(({ stepId }) => stepId).sort(),
})

/** Whatever happens: nothing twice, undo backwards and only of what was done, `finally` always and last. */
function expectInvariants(plan: Plan, rehearsal: Rehearsal): void {
  const { journal, result, state } = rehearsal
  const did = lines(journal, 'did').map((line) => line.split(' ')[0] ?? '')
  expect(new Set(did).size).toBe(did.length)
  const undone = did
    .filter((key) => key.startsWith('undo/'))
    .map((key) => Number(key.split('#')[key.split('#').length - 2]))
  expect(undone).toEqual(undone.toSorted((a, b) => b - a))
  const firstUndo = did.findIndex((key) => key.startsWith('undo/'))
  if (firstUndo >= 0)
    for (const key of did.slice(firstUndo)) expect(key.startsWith('undo/') || key.startsWith('finally/')).toBe(true)
  const tidying = plan.finally[0]
  if (tidying?.kind === 'act')
    expect(
      [...lines(journal, 'did'), ...lines(journal, 'failed')].some((line) => line.startsWith(`finally/${tidying.id}#`)),
    ).toBe(true)
  if (['failed', 'cancelled', 'rejected'].includes(result.outcome) && result.code !== 'finally-failed')
    expect(result.left).toEqual([])
  const open = rowsOf(state).filter(({ status }) => status === 'running' || status === 'waiting')
  expect(open.map(({ id, status }) => `${id} ${status}`)).toEqual([])
}

const seeds = fc.integer({ min: 0, max: 1_000_000 })

describe('a run that dies', () => {
  test('holds what every run holds, at any luck, cancelled at any call', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlans, seeds, fc.integer({ min: 0, max: 60 }), async (plan, seed, cancelAtCall) => {
        expectInvariants(plan, await run(plan, seed))
        expectInvariants(plan, await run(plan, seed, { cancelAtCall }))
      }),
      { numRuns: 300 },
    )
  })

  test('and continues as new at any call does the same, and nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlans, seeds, async (plan, seed) => {
        const whole = await run(plan, seed)
        for (let crashAtCall = 0; crashAtCall < whole.calls; crashAtCall++) {
          const rehearsal = await run(plan, seed, { crashAtCall, crash: 'continue' })
          expect(lines(rehearsal.journal, 'again')).toEqual([])
          expectInvariants(plan, rehearsal)
          if (isSequential(plan))
            expect([effects(rehearsal), ending(rehearsal)]).toEqual([effects(whole), ending(whole)])
        }
      }),
      { numRuns: 60 },
    )
  })

  test('at once, with calls under way, asks the world again under the same key and changes nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlans, seeds, async (plan, seed) => {
        const whole = await run(plan, seed)
        for (let crashAtCall = 0; crashAtCall < whole.calls; crashAtCall++) {
          const rehearsal = await run(plan, seed, { crashAtCall, crash: 'kill' })
          const did = lines(rehearsal.journal, 'did')
          expect(new Set(did).size).toBe(did.length)
          if (isSequential(plan))
            expect([effects(rehearsal), ending(rehearsal)]).toEqual([effects(whole), ending(whole)])
        }
      }),
      { numRuns: 40 },
    )
  })

  test('while it is being cancelled is cancelled all the same', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlans, seeds, fc.integer({ min: 0, max: 20 }), async (plan, seed, cancelAtCall) => {
        const whole = await run(plan, seed, { cancelAtCall })
        for (let crashAtCall = cancelAtCall + 1; crashAtCall < whole.calls; crashAtCall++) {
          const rehearsal = await run(plan, seed, { cancelAtCall, crashAtCall, crash: 'continue' })
          expectInvariants(plan, rehearsal)
          if (isSequential(plan)) expect(ending(rehearsal)).toEqual(ending(whole))
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Without branches side by side and time limits, when a thing happens changes nothing of what happens. */
const isSequential = (plan: Plan): boolean => !/"kind":"(parallel|forEach)"|"timeoutMs":3000/.test(JSON.stringify(plan))
