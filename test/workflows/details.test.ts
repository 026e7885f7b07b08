import { expect, test } from 'vitest'
import type { Gate, StepRow } from '../../src/plan/run.ts'
import { detailsOf } from '../../workflows/details.ts'
import { newState, setRow } from '../../workflows/interpreter/state.ts'

/** What keeps the columns apart; nobody sees it. */
const AIR = '\u2003\u200b'
const AT = Date.UTC(2026, 0, 2, 3, 4, 5)
const RUN = 'single-node-recovery/node-2/mjwf3'
const row = (id: string, more: Partial<StepRow>): StepRow => ({
  ...{ id, title: `Title of ${id}`, status: 'completed', attempts: 1, startedAt: AT, endedAt: AT + 1_234 },
  ...{ code: null, message: null },
  ...more,
})
const stateWith = (...rows: readonly StepRow[]) => {
  const state = newState(AT)
  for (const each of rows) setRow(state, each)
  return state
}
const gate: Gate = {
  ...{ id: 'ask', kind: 'approval', title: 'Ask', message: 'Restart `node-2`?', snapshot: null },
  ...{ snapshotHash: '0123456789abcdef', openedAt: AT, deadlineAt: AT + 60_000, verbs: ['approve', 'reject'] },
}

test('a running step says since when, a skipped one took no time, a nested one is indented', () => {
  const state = stateWith(
    row('look', {}),
    row('not', { status: 'skipped' }),
    row('b/inner', { status: 'running', endedAt: null }),
  )
  const text = detailsOf(RUN, state, [], null)
  expect(text).toContain(`| ✓\u00a0completed${AIR} | Title of look${AIR} | 1.2 s${AIR} |`)
  expect(text).toContain(`| –\u00a0skipped${AIR} | Title of not${AIR} | ${AIR} |`)
  expect(text).toContain(`| ▶\u00a0running${AIR} | \u200b\u2003Title of b/inner${AIR} | since 03:04:05 UTC${AIR} |`)
  expect(text).toContain(`phix cancel ${RUN}`)
})

test('what went wrong has its code in the table, and no title breaks it', () => {
  const state = stateWith(row('act', { title: 'a | b\nc', status: 'failed', code: 'unavailable', message: 'no' }))
  expect(detailsOf(RUN, state, [], null)).toContain(`| ✗\u00a0failed (unavailable)${AIR} | a \\| b c${AIR} |`)
})

test('an open gate shows its commands as a block to copy, and its step waits for a person', () => {
  const text = detailsOf(RUN, stateWith(row('ask', { status: 'running', endedAt: null })), [gate], null)
  expect(text).toContain(
    ['```', `phix approve ${RUN} --gate ask --hash 01234567`, `phix reject ${RUN} --gate ask --hash 01234567`].join(
      '\n',
    ),
  )
  expect(text).toContain('until 03:05:05 UTC')
  expect(text).toContain('| ⏸ waits for a person')
})
