// The checks of resume.test.ts, checked: with one thing forgotten on the way, they go red.
import { expect, test } from 'vitest'
import { rehearse, type Rehearsal } from '../../../src/rehearsal/rehearse.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import type { Frame, State } from '../../../workflows/interpreter/state.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { byPerson, change, end, fail, inputOf, planOf, read, tryStep, VERIFY } from '../plans.ts'

const PLANS: readonly Plan[] = [
  planOf([change('a'), change('bad'), change('b')]),
  planOf([change('a'), change('b'), fail('stop')], { finally: [change('tidy'), read('look')] }),
  planOf([
    tryStep('t', [change('a'), fail('no')], {
      catches: [{ codes: null, steps: [change('c')] }],
      finally: [change('d')],
    }),
    end('e'),
  ]),
  planOf([change('a')], { verify: { ...VERIFY, onIneffective: 'undo' } }),
]

const world: Script = {
  act: ({ path, operatorRetry }) =>
    path === 'bad' && operatorRetry === 0
      ? { kind: 'failed', failure: { code: 'unavailable', message: 'bad' }, attempts: 1 }
      : { kind: 'ok', output: {}, attempts: 1 },
  vote: () => ({ afterMs: 5, verb: 'retry', by: 'ada' }),
  verify: () => ({ kind: 'report', report: { held: false, unmet: [], evidence: null } }),
}

const story = ({ journal, result }: Rehearsal): unknown => [
  journal.filter((line) => /^(did|failed|again|ada|verified)/.test(line)),
  result.outcome,
  result.left.length,
]

/** How many of all crash points the spoiled state betrays itself at. */
async function noticed(spoil: (state: State) => void): Promise<number> {
  let count = 0
  for (const plan of PLANS)
    for (const cancelAtCall of [undefined, 1]) {
      const input = inputOf(plan, byPerson)
      const cancel = cancelAtCall === undefined ? {} : { cancelAtCall }
      const whole = await rehearse(input, world, cancel)
      // Earlier ones would move the cancel to another call.
      for (let crashAtCall = (cancelAtCall ?? -1) + 1; crashAtCall < whole.calls; crashAtCall++) {
        const options = { ...cancel, crashAtCall, crash: 'continue', spoil } as const
        const told = await rehearse(input, world, options).then(story, (error: unknown) => String(error))
        if (JSON.stringify(told) !== JSON.stringify(story(whole))) count++
      }
    }
  return count
}

function* frames(frame: Frame): Generator<Frame> {
  yield frame
  for (const inner of Object.values(frame.inner)) yield* frames(inner)
}
const forgetChoice =
  (question: string) =>
  (state: State): void => {
    for (const frame of [...frames(state.steps), ...frames(state.finally)]) delete frame.choices[question]
  }

test('a state that is kept whole tells the same story at every call', async () => {
  expect(await noticed(() => {})).toBe(0)
})

test.each<[string, (state: State) => void]>([
  ['what is done', ({ steps }) => Object.keys(steps.records).forEach((id) => delete steps.records[id])],
  ['a failure that waits for a person', forgetChoice('parked')],
  ['how often a person retried', forgetChoice('retries')],
  ['the undo stack', (state) => void state.undo.splice(0)],
  ['who cancelled', (state) => void (state.cancel = null)],
  ['what verify found', (state) => void (state.verified = null)],
])('forgetting %s is noticed', async (_what, spoil) => {
  expect(await noticed(spoil)).toBeGreaterThan(0)
})
