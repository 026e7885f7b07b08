// What the clock starts asks for leave in its first task; it is automation, and is held to all that automation is held to.
import { expect, test } from 'vitest'
import { advance } from '../../src/guard/guard.ts'
import { grant } from '../../src/guard/decide.ts'
import type { GrantRequest } from '../../src/guard/protocol.ts'
import { createGuardState, type GuardState } from '../../src/guard/state.ts'
import type { Automation } from '../../src/plan/plan.ts'
import { GUARD } from './cases.ts'

const NOW = Date.UTC(2026, 0, 1, 3)
const asks = (number: number, automation: Automation = 'auto'): GrantRequest => ({
  ...{ workflowId: `nightly/node-1/clock-${number}`, runId: `r${number}`, runbook: 'nightly', target: 'node-1' },
  ...{ planHash: 'a'.repeat(64), lock: 'node-1', covers: ['node-1'], automation },
  guard: { ...GUARD, attempts: [{ count: 1, windowMs: 3_600_000 }] },
  startedBy: { kind: 'schedule', why: '`0 3 * * *` (UTC)' },
})
const cluster = (): GuardState => createGuardState('lab', [{ name: 'node-1', desired: 'serving' }])

test('it gets leave where nothing objects, under its own trigger, and asking twice is asking once', () => {
  const first = grant(cluster(), asks(1), NOW)
  expect(first.reply.granted).toBe(true)
  expect(first.decisions).toMatchObject([
    { kind: 'started', reason: 'granted', trigger: { kind: 'schedule', runbook: 'nightly', target: 'node-1' } },
  ])
  expect(first.state.open).toMatchObject([{ automatic: true, lock: 'node-1', startedBy: { kind: 'schedule' } }])
  const again = grant(first.state, asks(1), NOW + 1)
  expect([again.reply.granted, again.decisions]).toEqual([true, []])
})

test('it is refused while the cluster is frozen, and while another run holds the lock', () => {
  const said = { by: 'ada', why: 'migration', requestId: 'f1' }
  const command = { ...said, kind: 'freeze', forMs: 60_000, inFlight: false } as const
  const frozen = advance(cluster(), { kind: 'commanded', command }, NOW).state
  expect(grant(frozen, asks(1), NOW + 1).reply).toMatchObject({ granted: false, reason: 'frozen' })
  const busy = grant(cluster(), asks(1), NOW).state
  expect(grant(busy, asks(2), NOW + 1).reply).toMatchObject({ granted: false, reason: 'locked' })
})

test('a person may be let where it is not: attempts, and what is meant to be down', () => {
  const marked = { target: 'node-1', desired: 'drained', why: 'work', key: 'm1' } as const
  const drained = advance(cluster(), { kind: 'marked', request: marked }, NOW).state
  expect(grant(drained, asks(1), NOW + 1).reply).toMatchObject({ granted: false, reason: 'not-wanted' })
  const person = { ...asks(1), startedBy: { kind: 'person', name: 'ada' } } as const
  expect(grant(drained, person, NOW + 1).reply.granted).toBe(true)
})

test('a runbook that may not act alone is not started by the clock, and why is told', () => {
  for (const automation of ['observe', 'suggest'] as const) {
    const asked = grant(cluster(), asks(1, automation), NOW)
    expect(asked.reply).toMatchObject({ granted: false, reason: automation })
    expect(asked.decisions).toMatchObject([{ kind: 'shadowed', reason: automation }])
    expect(asked.state.open).toEqual([])
  }
  expect(grant(cluster(), asks(1, 'approve'), NOW).reply.granted).toBe(true)
})
