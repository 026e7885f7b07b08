import { expect, test } from 'vitest'
import type { Step } from '../../../src/plan/plan.ts'
import { rehearse } from '../../../src/rehearsal/rehearse.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import { rowsOf, type Verified } from '../../../workflows/interpreter/state.ts'
import { change, end, inputOf, planOf } from '../plans.ts'

const rowAfter = async (verified: Verified | null, steps: readonly Step[] = [change('a')]) => {
  const script: Script = verified === null ? {} : { verify: () => verified }
  const { state } = await rehearse(inputOf(planOf(steps)), script)
  return rowsOf(state).find(({ id }) => id === 'verify')
}

test('verify is the last row of the step table, titled by what it asks for', async () => {
  const { state } = await rehearse(inputOf(planOf([change('a')])), {})
  expect(rowsOf(state).map(({ id, status }) => [id, status])).toEqual([
    ['a', 'completed'],
    ['verify', 'completed'],
  ])
  expect(rowsOf(state).at(-1)?.title).toBe('Verify: cluster.healthy_ratio >= 0.95')
})

test('a condition that did not hold is named in the row, with what was seen last', async () => {
  const unmet = [{ that: 'cluster.healthy_ratio >= 0.95', seen: 'cluster.healthy_ratio = 0.8' }]
  expect(await rowAfter({ kind: 'report', report: { held: false, unmet, evidence: null } })).toMatchObject({
    status: 'failed',
    code: 'verify-did-not-hold',
    message: '`cluster.healthy_ratio >= 0.95` (seen: cluster.healthy_ratio = 0.8)',
  })
})

test('a verification that could not run says why', async () => {
  const failure = { code: 'unavailable', message: 'Every worker that verified died.' } as const
  expect(await rowAfter({ kind: 'failed', failure })).toMatchObject({
    status: 'failed',
    code: 'verify-could-not-run',
    message: failure.message,
  })
})

test('a run that verifies nothing has no such row', async () => {
  expect(await rowAfter(null, [end('stop', 'recovered')])).toBeUndefined()
})
