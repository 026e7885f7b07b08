// Whether anybody would hear of it: what doctor, check, status and show say.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkPeople } from '../../src/cli/doctor/checks.ts'
import { createPaint } from '../../src/cli/paint.ts'
import { renderStatus } from '../../src/cli/status/render-status.ts'
import type { Status } from '../../src/cli/status/read-status.ts'
import { readBeatNote, writeBeatNote } from '../../src/dead-man/beat-note.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { fakeInventory, fakePlan, NOW } from './fakes.ts'

const reachable: Inventory = {
  ...fakeInventory,
  groups: [{ name: 'oncall', members: [], contacts: [{ channel: 'pager', to: null }] }],
  notify: {
    channels: [{ kind: 'webhook', name: 'pager', url: 'https://pager.example.org/', secret: null }],
    ...{ people: [], levels: [], repeatMs: 0, repeats: 0, updateMs: 0, quietHours: null },
  },
}
const naming = (group: string) => ({
  ...fakePlan,
  escalate: [{ after: { kind: 'failure' as const }, notify: [group] }],
})

test('doctor says whose page would wake nobody', () => {
  expect(checkPeople(fakeInventory, [])).toMatchObject({
    level: 'warn',
    found: expect.stringContaining('no channel') as string,
  })
  expect(checkPeople(reachable, [naming('oncall')])).toMatchObject({
    level: 'good',
    found: '1 groups are reached by pager',
  })
  expect(checkPeople(reachable, [naming('night-shift')])).toMatchObject({
    level: 'bad',
    found: 'a page of runbook `single-node-recovery` wakes nobody: the inventory has no group `night-shift`',
    fix: expect.stringContaining('docs/people.md') as string,
  })
})

const linesOf = (telling: Status['telling']): readonly string[] =>
  renderStatus(
    {
      engine: { server: '1.32.0', workers: 1, problem: null },
      ...{ acceptance: false, insecure: false, insecureDev: false, runs: [], clusters: [], telling },
    },
    NOW,
    createPaint(false),
  )

test('status says which channel fails, whose page would wake nobody, and when the last beat went out', () => {
  const why = 'ada could not be told by `pager`: it answered 503'
  const lines = linesOf({
    unreached: ['a page of cluster `lab` wakes nobody: `oncall` has no channel'],
    channels: [{ name: 'pager', failures: 3, lastAt: NOW - 60_000, why }],
    beat: { everyMs: 60_000, sentAt: NOW - 20_000, problem: null },
  })
  expect(lines).toContain('! a page of cluster `lab` wakes nobody: `oncall` has no channel')
  expect(lines.find((line) => line.includes('3× in a row'))).toContain(why)
  expect(lines.find((line) => line.includes('dead-man'))).toMatch(/^✓ dead-man beat: sent 20\D*ago, every/)
})

test('status says that the beat has stopped, and why where that is known', () => {
  const beatOf = (sentAt: number | null, problem: string | null): string | undefined =>
    linesOf({ unreached: [], channels: [], beat: { everyMs: 60_000, sentAt, problem } }).find((line) =>
      line.includes('dead-man'),
    )
  expect(beatOf(NOW - 600_000, null)).toMatch(/^! dead-man beat: none since .*: the worker that sent it is gone/)
  expect(beatOf(NOW - 600_000, 'no detector runs for `lab`')).toContain('no detector runs for `lab`')
  expect(beatOf(null, 'ECONNREFUSED')).toBe('! dead-man beat: none has gone out: ECONNREFUSED')
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phix-beat-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
test('the note of the last beat is kept for whoever asks on this machine', () => {
  expect(readBeatNote(folder)).toBeNull()
  writeBeatNote(folder, { everyMs: 1_000, sentAt: NOW, problem: null })
  expect(readBeatNote(folder)).toEqual({ everyMs: 1_000, sentAt: NOW, problem: null })
})
