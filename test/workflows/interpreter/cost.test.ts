// What a step costs the interpreter alone: the same in a run of ten steps and of five hundred.
import { expect, test } from 'vitest'
import type { Host } from '../../../workflows/interpreter/host.ts'
import { startPlan } from '../../../workflows/interpreter/run-plan.ts'
import { newState } from '../../../workflows/interpreter/state.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { block, change, forEach, inputOf, planOf, step } from '../plans.ts'

/** Answers everything at once. */
const instant: Host = {
  now: () => 0,
  act: async () => ({ kind: 'ok', output: { ok: true }, attempts: 1 }),
  verify: async () => ({ kind: 'cancelled' }),
  notify: async () => ({ problem: null, paging: null, heldUntil: null }),
  sleep: async () => 'slept',
  ask: async () => ({ kind: 'deadline' }),
  child: async () => ({ kind: 'cancelled' }),
  scope: (body) => ({ result: body().then((value) => ({ value, timedOut: false })), cancel() {} }),
  shielded: (body) => body(),
  hold: async () => 'over',
  isCancelled: () => false,
  changed() {},
}

/** Least µs of processor time a step, of several runs: other programs on the machine do not count. */
async function costOf(plan: Plan, steps: number): Promise<number> {
  const input = inputOf(plan)
  const times: number[] = []
  for (let round = 0; round < 40; round++) {
    const begin = process.cpuUsage()
    const result = await startPlan(input, 'cost', instant, newState(0)).result
    const { user, system } = process.cpuUsage(begin)
    times.push((user + system) / steps)
    expect(result.outcome).toBe('effective')
  }
  return Math.min(...times)
}

const unverified = (steps: Plan['steps']): Plan => planOf(steps, { verify: null })
const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

const shapes = {
  actions: (count: number) => unverified(many(count, (n) => change(`s${n}`))),
  'conditions over earlier steps': (count: number) =>
    unverified(many(count, (n) => change(`s${n}`, n === 0 ? {} : { if: `steps.s${n - 1}.ok` }))),
  'blocks of two': (count: number) =>
    unverified(
      many(count / 2, (n) => block(`b${n}`, [change(`s${n}`), step('set', `v${n}`, { values: { n: { lit: n } } })])),
    ),
  'iterations of one action': (count: number) =>
    unverified([
      forEach(
        'each',
        many(count, (n) => `n${n}`),
        [change('s')],
        { concurrency: 10 },
      ),
    ]),
}

for (const [name, shape] of Object.entries(shapes))
  test(`a step among ${name} costs the same in a run of 10 and of 500`, async () => {
    await costOf(shape(10), 10)
    const [short, long] = [await costOf(shape(10), 10), await costOf(shape(500), 500)]
    // A cost that grew with the run would be fifty times as high; how many µs it is, is the bench's question.
    expect(long / short).toBeLessThan(5)
  })
