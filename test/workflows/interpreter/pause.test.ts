// A pause holds what has not begun; it never holds what takes back or tidies up.
import { describe, expect, test } from 'vitest'
import { simulateHost, type Script } from '../../../src/rehearsal/simulated-host.ts'
import { createVirtualClock } from '../../../src/rehearsal/virtual-clock.ts'
import type { RunResult } from '../../../src/plan/run.ts'
import { ackRun, GOES_ON, hasChanged, pauseRun, pausesAt, resumeRun } from '../../../workflows/interpreter/pause.ts'
import { startPlan, type OpenRun } from '../../../workflows/interpreter/run-plan.ts'
import { newState, type State } from '../../../workflows/interpreter/state.ts'
import { change, fail, inputOf, planOf, read } from '../plans.ts'

const MINUTE = 60_000

/** Runs a plan; `at` says what happens at which virtual time. Answers when each action was done. */
async function runWith(
  plan: ReturnType<typeof planOf>,
  at: readonly (readonly [number, (state: State, run: OpenRun) => void])[],
  script: Script = {},
): Promise<{ result: RunResult; did: Record<string, number>; state: State }> {
  const clock = createVirtualClock(0)
  const state = newState(0)
  const did: Record<string, number> = {}
  const spied: Script = {
    ...script,
    act: (request) => {
      did[request.path] = clock.now()
      return script.act?.(request) ?? { kind: 'ok', output: {}, attempts: 1 }
    },
  }
  const { host } = simulateHost({ clock, journal: [], done: new Map() }, spied, { onCall: () => null })
  const run = startPlan(inputOf(plan), 'r', host, state)
  for (const [time, happen] of at) clock.at(time, () => happen(state, run))
  let result: RunResult | null = null
  void run.result.then((end) => (result = end))
  await clock.runUntil(() => result !== null)
  return { result: result as unknown as RunResult, did, state }
}
const pauseAt = (time: number, until?: number) =>
  [
    time,
    (state: State) =>
      expect(pauseRun(state, { by: 'ada', why: 'look', ...(until === undefined ? {} : { until }) }, time)).toBeNull(),
  ] as const

describe('a paused run', () => {
  test('ends what is under way, begins nothing further, and goes on when it is let go', async () => {
    const { result, did, state } = await runWith(planOf([change('a'), change('b')]), [
      pauseAt(50),
      [10 * MINUTE, (each) => expect(resumeRun(each, { by: 'bob' }, 10 * MINUTE)).toBeNull()],
    ])
    expect(did).toEqual({ a: 100, b: 10 * MINUTE + 200 })
    expect(result.outcome).toBe('effective')
    expect(state.notes.map(({ text }) => text)).toEqual([
      'ada paused the run until 1970-01-01T04:00:00.050Z: look',
      'bob let the run go on',
    ])
  })

  test('goes on by itself at the end of its pause', async () => {
    const { did } = await runWith(planOf([change('a'), change('b')]), [pauseAt(50, 5 * MINUTE)])
    expect(did['b']).toBe(5 * MINUTE + 100)
  })

  test('waits for the later end where a pause is prolonged', async () => {
    const { did } = await runWith(planOf([change('a'), change('b')]), [
      pauseAt(50, 5 * MINUTE),
      pauseAt(MINUTE, 9 * MINUTE),
    ])
    expect(did['b']).toBe(9 * MINUTE + 100)
  })

  test('is cancelled all the same, and takes back what it did while it is paused', async () => {
    const { result, did } = await runWith(planOf([change('a'), change('b')]), [
      pauseAt(50),
      [MINUTE, (_, run) => expect(run.cancel('ada', null)).toBe(true)],
    ])
    expect(result.outcome).toBe('cancelled')
    expect(did).toMatchObject({ a: 100, 'undo/a#1': MINUTE + 100 })
    expect(did).not.toHaveProperty('b')
  })

  test('is not held once it ends: `finally` and undo run', async () => {
    const plan = planOf([change('a'), fail('stop')], { finally: [change('tidy')] })
    const { did, state } = await runWith(plan, [
      [250, (each) => expect(pauseRun(each, { by: 'ada' }, 250)).toMatch(/ending already/)],
    ])
    expect(Object.keys(did)).toEqual(['a', 'undo/a#1', 'finally/tidy'])
    expect(pausesAt(state, 250)).toEqual([])
  })

  test('that a person and a freeze hold goes on when both let go, or when a person says so', () => {
    const state = newState(0)
    pauseRun(state, { by: 'ada' }, 0)
    pauseRun(state, { by: 'grace', hold: 'freeze', until: 500 }, 0)
    expect(resumeRun(state, { by: 'grace', hold: 'freeze' }, 1)).toBeNull()
    expect(pausesAt(state, 1).map(({ by }) => by)).toEqual(['ada'])
    expect(resumeRun(state, { by: 'grace', hold: 'freeze' }, 2)).toBe('The run is not paused.')
    pauseRun(state, { by: 'grace', hold: 'freeze', until: 500 }, 3)
    expect(resumeRun(state, { by: 'bob' }, 4)).toBeNull()
    expect(pausesAt(state, 4)).toEqual([])
  })
})

describe('a word for a run that has changed nothing', () => {
  test('is heard before its first change, and not after it began', async () => {
    const said: (string | null)[] = []
    const say = (time: number) =>
      [
        time,
        (state: State) => void said.push(pauseRun(state, { by: 'phix', ifUnchanged: true, until: time + 1 }, time)),
      ] as const
    const { state } = await runWith(planOf([read('look'), change('a')]), [say(50), say(150)])
    expect(said).toEqual([null, GOES_ON])
    expect(hasChanged(state)).toBe(true)
  })
})

describe('an acknowledged run', () => {
  const slow: Script = { takesMs: ({ path }) => (path === 'a' ? 20 * MINUTE : 100) }
  const plan = planOf([change('a', { timeoutMs: 30 * MINUTE })], {
    escalate: [{ after: { kind: 'elapsed', ms: 15 * MINUTE }, notify: ['boss'] }],
  })
  test('calls nobody else in time', async () => {
    const { state } = await runWith(
      plan,
      [[MINUTE, (each) => expect(ackRun(each, { by: 'ada' }, MINUTE)).toBeNull()]],
      slow,
    )
    expect(state.told).toEqual([])
  })
  test('and without a word it does', async () => {
    expect((await runWith(plan, [], slow)).state.told).toEqual([0])
  })
  test('is acknowledged once', () => {
    const state = newState(0)
    ackRun(state, { by: 'ada' }, 0)
    expect(ackRun(state, { by: 'bob' }, 1)).toBe('`ada` is on it already.')
  })
})
