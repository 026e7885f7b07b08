import { describe, expect, test } from 'vitest'
import { adopt } from '../../src/guard/adopt.ts'
import type { RunBooks } from '../../src/guard/protocol.ts'
import { recall, type Remains, type Written } from '../../src/guard/recall.ts'
import type { UndoEntry } from '../../src/plan/run.ts'
import { createBench, GUARD, resultOf } from './cases.ts'

const nothing: Remains = { open: [], lastMarks: [], marks: [], decisions: [], runs: [], audits: [], roster: null }
const entry = (stepId: string): UndoEntry => ({
  stepId,
  title: stepId,
  action: { name: 'node.mark', effect: 'change', idempotency: 'yes', attemptTimeoutMs: 1, heartbeatMs: 1 },
  args: {},
  target: 'node-1',
})
const written = (id: string, at: number, body: Written['body'], workflowId: string | null = null): Written => ({
  ...{ id, at, body, workflowId },
  cluster: 'lab',
  target: 'node-1',
})
const runRecord = (at: number, body: object): Written =>
  written(`run-${at}`, at, { outcome: 'effective', startedAt: at - 1, result: null, ...body } as Written['body'])
const mark = (at: number, desired: string): Written =>
  written(`mark-${at}`, at, { desired, before: 'serving', why: '' })
const healing: RunBooks = {
  runbook: 'single-node-recovery',
  target: 'node-1',
  lock: null,
  covers: [],
  startedAt: 5,
  startedBy: { kind: 'verdict', why: 'silent' },
  automatic: true,
  guard: { ...GUARD, lock: null },
  ledger: 'heal',
  trigger: { kind: 'verdict', target: 'node-1', verdict: 'suspect', phi: 9, at: 5, evidence: '' },
  graceMs: 2_000,
}

describe('a detector that begins anew', () => {
  test('starts nothing beside a run that is open, though it takes no lock, until the node turns or the run closes', () => {
    const bench = createBench({ healthy: false })
    const open = [{ workflowId: 'w1', runId: 'r1', books: healing }]
    bench.change((state) => adopt(state, recall({ ...nothing, open }), 10))
    bench.observe('node-1', 'suspect', 20)
    bench.observe('node-1', 'failed', 30)
    expect(bench.started).toEqual([])
    bench.close('w1', 'effective', 40)
    bench.observe('node-1', 'suspect', 50)
    expect(bench.started).toHaveLength(1)
  })

  test('a run that was for an illness which is over stands in no way of the next illness', () => {
    const bench = createBench({ healthy: false })
    bench.change((state) =>
      adopt(state, recall({ ...nothing, open: [{ workflowId: 'w1', runId: 'r1', books: healing }] }), 10),
    )
    bench.observe('node-1', 'healthy', 20)
    bench.observe('node-1', 'suspect', 30)
    expect(bench.started).toHaveLength(1)
  })

  test('answers a request that was answered before with the same decision', () => {
    const before = createBench()
    before.ask({ kind: 'person', runbook: 'x', inputs: {}, by: 'ada', at: 5, requestId: 'q1' }, 5)
    const decisions = before.state.decisions.map((each) =>
      written(each.id, each.at, each as unknown as Written['body']),
    )
    const after = createBench()
    after.change((state) => adopt(state, recall({ ...nothing, decisions }), 10))
    after.ask({ kind: 'person', runbook: 'x', inputs: {}, by: 'ada', at: 11, requestId: 'q1' }, 11)
    expect(after.started).toEqual([])
    expect(after.state.targets['node-1']?.ledgers.heal.attempts).toEqual([5])
  })
})

describe('recalling', () => {
  const undoLater = (remains: Partial<Remains>) => recall({ ...nothing, ...remains }).targets[0]?.undoLater
  test('a node that is out keeps what the run that took it out left, and loses it once it was brought back', () => {
    const left = [entry('out')]
    const out = runRecord(20, { ledger: 'heal', result: resultOf('effective', left) })
    const vain = runRecord(30, { ledger: 'bringBack', outcome: 'failed' })
    const back = runRecord(40, { ledger: 'bringBack', outcome: 'effective' })
    const lastMarks = [mark(10, 'failed')]
    expect(undoLater({ lastMarks, runs: [vain, out] })).toEqual(left)
    expect(undoLater({ lastMarks, runs: [back, vain, out] })).toEqual([])
    expect(undoLater({ lastMarks: [mark(50, 'failed')], runs: [out] })).toEqual([])
    expect(undoLater({ lastMarks: [mark(10, 'serving')], runs: [out] })).toEqual([])
  })
  test('attempts that tried nothing are not counted, and the last cooldown holds', () => {
    const started = (at: number): Written =>
      written(`d${at}`, at, {
        kind: 'started',
        at,
        target: 'node-1',
        trigger: healing.trigger,
      } as unknown as Written['body'])
    const runs = [runRecord(31, { outcome: 'failed', cooldownUntil: 99 }), runRecord(21, { outcome: 'recovered' })]
    const [target] = recall({ ...nothing, decisions: [started(30), started(20)], runs }).targets
    expect(target?.ledgers.heal).toEqual({ attempts: [30], cooldownUntil: 99 })
  })
})

describe('recalling what persons did', () => {
  const audit = (at: number, body: object, target: string | null = null): Written => ({
    ...written(`audit-${at}`, at, body as Written['body']),
    target,
  })
  const freeze = audit(5, { what: 'freeze', id: 'f', by: 'ada', why: 'migration', until: 90_000, inFlight: true })

  test('a freeze holds also for a detector that begins anew, until its time or a thaw', () => {
    const bench = createBench()
    bench.change((state) => adopt(state, recall({ ...nothing, audits: [freeze] }), 10))
    bench.observe('node-1', 'failed', 20)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'frozen' })
    expect(recall({ ...nothing, audits: [audit(6, { what: 'thaw' }), freeze] }).freeze).toBeNull()
  })

  test('what a person has reset is not counted, and the ladder is where it was', () => {
    const runs = [8, 7, 3].map((at) => runRecord(at, { runbook: 'r', outcome: 'ineffective' }))
    const lastMarks = [mark(1, 'serving')]
    const rungsWith = (audits: readonly Written[]) => recall({ ...nothing, runs, lastMarks, audits }).targets[0]?.rungs
    expect(rungsWith([])).toEqual({ r: 3 })
    expect(rungsWith([audit(5, { what: 'reset' }, 'node-1')])).toEqual({ r: 2 })
  })
})
