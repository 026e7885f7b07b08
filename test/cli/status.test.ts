// Which nodes `phix status` shows as ill: those that are meant to serve, and no others.
import { expect, test } from 'vitest'
import type { DesiredState, Verdict } from '../../src/guard/protocol.ts'
import { createPaint } from '../../src/cli/paint.ts'
import { renderStatus } from '../../src/cli/status/render-status.ts'
import type { NodeStatus, Status } from '../../src/cli/status/read-status.ts'
import { NOW } from './fakes.ts'

function lineOf(verdict: Verdict, desired: DesiredState | null, spare = false): string {
  const node: NodeStatus = {
    ...{ name: 'node-6', spare, verdict, phi: 44, desired, lastBeatAt: null, lock: null },
    ...{ attemptsLeft: 3, cooldownUntil: null, flapping: false, rungs: {} },
  }
  const cluster = {
    name: 'ollama',
    detector: true,
    at: NOW,
    lagMs: 4,
    frozen: null,
    freeze: null,
    notes: [],
    ...{ modes: [], adapted: [], heldSince: null },
  }
  const status: Status = {
    engine: { server: '1.32.0', workers: 1, problem: null },
    ...{ acceptance: false, insecure: false, insecureDev: false, runs: [] },
    clusters: [{ ...cluster, nodes: [node] }],
    telling: { unreached: [], channels: [], beat: null },
  }
  const line = renderStatus(status, NOW, createPaint(false)).find((each) => each.includes('node-6')) ?? ''
  return line.trim().split(/\s+/).slice(0, 5).join(' ')
}

test.each(['failed', 'drained', 'stopped', 'spare'] as const)(
  'a node that is meant to be %s is down, not ill',
  (meant) => {
    expect(lineOf('failed', meant)).toBe(`· node-6 down – ${meant}`)
    expect(lineOf('suspect', meant)).toBe(`· node-6 down – ${meant}`)
    expect(lineOf('unknown', meant)).toBe(`· node-6 unknown – ${meant}`)
  },
)

test('a node that is meant to be down and answers is shown as healthy: it may be brought back', () => {
  expect(lineOf('healthy', 'failed')).toBe('✓ node-6 healthy 44.0 failed')
})

test('a node that is meant to serve, or of which nobody knows, is shown as ill', () => {
  expect(lineOf('failed', 'serving')).toBe('✗ node-6 failed 44.0 serving')
  expect(lineOf('failed', null)).toBe('✗ node-6 failed 44.0 ?')
  expect(lineOf('failed', null, true)).toBe('· node-6 down – spare')
})
