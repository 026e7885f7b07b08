// How a run goes on calling people, in virtual time: across every place at which its process may die or continue as new.
import { describe, expect, test } from 'vitest'
import { rehearse } from '../../../src/rehearsal/rehearse.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import type { PagingPolicy } from '../../../src/plan/run.ts'
import { action, approve, change, inputOf, planOf } from '../plans.ts'

const MINUTE = 60_000
/** When a rehearsal begins. */
const START = Date.UTC(2026, 0, 1)
const paging: PagingPolicy = {
  ...{ repeatMs: 5 * MINUTE, repeats: 4, updateMs: 15 * MINUTE },
  levels: [{ afterMs: 12 * MINUTE, to: ['senior'] }],
}
const escalate = [{ after: { kind: 'failure' }, notify: ['oncall'] }] as const
const parked = planOf([change('bad', { action: action('test.fail'), onFailure: 'park' })], { verify: null, escalate })
const script = (afterMs: number): Script => ({
  paging,
  act: () => ({ kind: 'failed', failure: { code: 'rejected', message: 'the disk is full' }, attempts: 1 }),
  vote: () => ({ afterMs, verb: 'skip', by: 'ada' }),
})
const toldIn = (journal: readonly string[]): readonly string[] => journal.filter((line) => line.startsWith('told'))

describe('a run that waits for a person', () => {
  test('calls again, one level up, and says how it stands and that it is over', async () => {
    const { journal } = await rehearse(inputOf(parked), script(32 * MINUTE))
    expect(toldIn(journal).map((line) => line.replace(/`bad` failed.*/, '…'))).toEqual([
      'told oncall: …',
      'told oncall: Still nobody is on it (call 2). …',
      'told oncall: Still nobody is on it (call 3). …',
      'told senior: Level 2: nobody is on it since 12 min. …',
      'told oncall,senior: Still nobody is on it (call 4). …',
      expect.stringMatching(
        /^told oncall,senior: rehearsal is open for 15 min\..*It waits for a person: Failed: Title of bad/,
      ),
      'told oncall,senior: Still nobody is on it (call 5). …',
      expect.stringMatching(/^told oncall,senior: rehearsal is open for 30 min/),
      expect.stringMatching(/^told oncall,senior: rehearsal ended\. effective/),
    ])
  })
  test('says the same wherever its process dies or continues as new, and nothing twice', async () => {
    const whole = await rehearse(inputOf(parked), script(32 * MINUTE))
    // What falls due in one minute may be said in another order.
    const sentences = (journal: readonly string[]): readonly string[] =>
      toldIn(journal)
        .map((line) => line.replaceAll(/\d+ (min|s)\b/g, '…'))
        .toSorted()
    for (const crash of ['kill', 'continue'] as const)
      for (let crashAtCall = 0; crashAtCall < whole.calls; crashAtCall++) {
        const { journal } = await rehearse(inputOf(parked), script(32 * MINUTE), { crashAtCall, crash })
        expect(sentences(journal)).toEqual(sentences(whole.journal))
      }
  })
  test('calls nobody again who has answered', async () => {
    const { journal } = await rehearse(inputOf(parked), script(3 * MINUTE))
    expect(toldIn(journal)).toHaveLength(2)
  })
  test('at night calls nobody before the morning, and nobody at all where it is settled by then', async () => {
    const morning = START + 8 * 60 * MINUTE
    const night = (answeredAfterMs: number): Script => ({ ...script(answeredAfterMs), quietUntil: morning })
    expect(toldIn((await rehearse(inputOf(parked), night(7 * 60 * MINUTE))).journal)).toEqual([
      expect.stringMatching(/rehearsal ended/),
    ])
    const late = toldIn((await rehearse(inputOf(parked), night((8 * 60 + 13) * MINUTE))).journal)
    expect(late.map((line) => line.replace(/`bad` failed.*|ended.*/, '…'))).toEqual([
      'told oncall: …',
      'told oncall: Still nobody is on it (call 2). …',
      'told oncall: Still nobody is on it (call 3). …',
      'told senior: Level 2: nobody is on it since 12 min. …',
      'told oncall,senior: rehearsal …',
    ])
  })
  test('for days, keeps nobody up to date for ever', async () => {
    const plan = planOf([approve('ok', { deadlineMs: 30 * 24 * 60 * MINUTE, onDeadline: 'escalate' })], {
      verify: null,
      escalate,
    })
    const { journal } = await rehearse(inputOf(plan), { paging })
    // One page, four repeats, one level, 96 updates, the page and the word of its end.
    expect(toldIn(journal).length).toBeLessThan(110)
  })
  test('whose runbook names nobody tells the groups that the detector pages, and leaves its end to the detector', async () => {
    const silent = planOf([change('bad', { action: action('test.fail'), onFailure: 'park' })], { verify: null })
    const { journal } = await rehearse(inputOf(silent, { page: ['ops'] }), { ...script(3 * MINUTE), vote: () => null })
    expect(toldIn(journal)[0]).toMatch(/^told ops: `bad` failed and waits for a person/)
    expect(toldIn((await rehearse(inputOf(silent), script(3 * MINUTE))).journal)).toEqual([])
  })
  test('where the inventory has no way to reach people is told as before, once', async () => {
    const { paging: _, ...without } = script(32 * MINUTE)
    expect(toldIn((await rehearse(inputOf(parked), without)).journal)).toHaveLength(1)
  })
})
