import { describe, expect, test } from 'vitest'
import { grant } from '../../src/guard/decide.ts'
import { beforeMark, nextLook } from '../../src/guard/guard.ts'
import type { UndoEntry } from '../../src/plan/run.ts'
import { candidateOf, createBench, person, planOf, reportOf, resultOf } from './cases.ts'

const MINUTE = 60_000
const LEFT: UndoEntry = {
  stepId: 'out',
  title: 'Take it out of rotation',
  action: { name: 'node.mark', effect: 'change', idempotency: 'yes', attemptTimeoutMs: 1, heartbeatMs: 1 },
  args: { node: 'node-3', state: 'serving' },
  target: 'node-3',
}

describe('a confirmed suspicion', () => {
  test('starts one run, says why, and carries target, inputs and cause into it', () => {
    const bench = createBench()
    bench.observe('node-2', 'suspect', 1000)
    expect(bench.started).toEqual([`single-node-recovery/node-2/${(1000).toString(36)}`])
    expect(bench.last).toMatchObject({ kind: 'started', target: 'node-2', runbook: 'single-node-recovery' })
    const order = bench.effects.find((effect) => effect.kind === 'start')
    expect(order).toMatchObject({
      input: { cluster: 'lab', target: 'node-2', inputs: { node: 'node-2' }, startedBy: { kind: 'verdict' } },
    })
  })
  test('that comes again, graver, or twice, starts nothing more while its run is open', () => {
    const bench = createBench()
    bench.observe('node-2', 'suspect', 1000)
    for (const at of [1000, 1001, 1002]) bench.observe('node-2', 'suspect', at)
    bench.observe('node-2', 'failed', 1003)
    expect(bench.started).toHaveLength(1)
    expect(bench.state.decisions).toHaveLength(1)
  })
  test('older than what is known is late and tells nothing; one from a clock that was set back by an hour is believed', () => {
    const bench = createBench()
    bench.observe('node-2', 'healthy', 5_000_000)
    bench.observe('node-2', 'suspect', 4_999_000)
    expect(bench.started).toEqual([])
    bench.observe('node-2', 'suspect', 5_000_000 - 3_600_000)
    expect(bench.started).toHaveLength(1)
  })
  test('unconfirmed costs nothing', () => {
    const bench = createBench()
    bench.observe('node-2', 'failed', 1000, false)
    expect(bench.state.decisions).toEqual([])
    expect(bench.state.open).toEqual([])
  })
  test('whose target answers again while it is matched is refused as gone', () => {
    const bench = createBench()
    bench.ask({ kind: 'verdict', target: 'node-2', verdict: 'suspect', phi: 9, at: 1000, evidence: '' }, 1000)
    expect(bench.last).toMatchObject({ kind: 'refused', reason: 'gone' })
  })
  test('without a runbook is refused once, not with every repetition', () => {
    const bench = createBench({ match: () => reportOf() })
    for (let at = 1000; at < 400_000; at += 15_000) bench.observe('node-2', 'suspect', at)
    expect(bench.state.decisions.map(({ reason }) => reason)).toEqual(['no-runbook'])
  })
})

describe('the stages', () => {
  test('what is meant to be down is not healed, until it is meant to serve again', () => {
    const bench = createBench()
    bench.send({ kind: 'marked', request: { target: 'node-2', desired: 'drained', why: 'kernel', key: 'm1' } }, 900)
    bench.observe('node-2', 'failed', 1000)
    expect(bench.last).toMatchObject({ kind: 'refused', reason: 'not-wanted' })
    expect(nextLook(bench.state)).toBeNull()
    bench.send({ kind: 'marked', request: { target: 'node-2', desired: 'serving', why: 'done', key: 'm2' } }, 2000)
    bench.observe('node-2', 'failed', 2001)
    expect(bench.started).toHaveLength(1)
  })
  test.each(['observe', 'suggest'] as const)(
    'a runbook set to %s is shadowed, and does not stand in the way of one that acts',
    (level) => {
      const watching = candidateOf('node-2', planOf('only-watches', {}, level))
      const bench = createBench({ match: () => reportOf(watching) })
      bench.observe('node-2', 'suspect', 1000)
      expect(bench.last).toMatchObject({ kind: 'shadowed', reason: level, runbook: 'only-watches' })
      const other = createBench({ match: () => reportOf(watching, candidateOf('node-2')) })
      other.observe('node-2', 'suspect', 1000)
      expect(other.last).toMatchObject({ kind: 'started', runbook: 'single-node-recovery' })
    },
  )
  test('nothing starts by itself while the observer doubts itself; one page goes out; then what stands is looked at', () => {
    const bench = createBench()
    const doubt = { kind: 'observer', at: 900, trusted: false, evidence: 'all 5 nodes fell silent at once' } as const
    bench.send({ kind: 'observed', observation: doubt }, 900)
    bench.send({ kind: 'observed', observation: doubt }, 950)
    bench.observe('node-2', 'failed', 1000)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'observer-in-doubt' })
    expect(bench.effects.filter(({ kind }) => kind === 'page')).toHaveLength(1)
    bench.send({ kind: 'observed', observation: { ...doubt, trusted: true } }, 20_000)
    expect(bench.started).toHaveLength(1)
  })
  test.each([
    ['join', 'joined', 'locked'],
    ['queue', 'held', 'queued'],
    ['refuse', 'refused', 'locked'],
  ] as const)('on a busy lock, %s answers %s', (onBusy, kind, reason) => {
    const bench = createBench({ match: () => reportOf(candidateOf('node-1', planOf('by-hand', { onBusy }))) })
    bench.ask(person('a', 1000), 1000)
    bench.ask(person('b', 1001), 1001)
    expect(bench.started).toHaveLength(1)
    expect(bench.last).toMatchObject({ kind, reason, workflowId: bench.started[0] })
  })
  test('locks form a tree: a run on the cluster keeps a node away, one on another node does not', () => {
    const bench = createBench()
    bench.matchWith(() => reportOf(candidateOf('lab', planOf('shutdown', { lock: 'cluster' }), ['*'])))
    bench.ask(person('a', 1000), 1000)
    bench.matchWith(() => reportOf(candidateOf('node-1', planOf('restart', { onBusy: 'refuse' }))))
    bench.ask(person('b', 1001), 1001)
    expect(bench.last).toMatchObject({ kind: 'refused', reason: 'locked' })
    bench.close(bench.started[0]!, 'effective', 2000)
    bench.ask(person('c', 2001), 2001)
    bench.matchWith(() => reportOf(candidateOf('node-2')))
    bench.ask(person('d', 2002), 2002)
    expect(bench.started).toHaveLength(3)
  })
  test('a run that did not help cools down, and is tried again afterwards if the cause still stands', () => {
    const bench = createBench()
    bench.observe('node-2', 'failed', 1000)
    bench.close(bench.started[0]!, 'ineffective', 30_000)
    bench.observe('node-2', 'failed', 31_000)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'cooling-down' })
    expect(nextLook(bench.state)).toBe(330_000)
    bench.send({ kind: 'tick' }, 330_000)
    expect(bench.started).toHaveLength(2)
  })
  test('a run that helped leaves no cooldown; one that had nothing to do spends no attempt', () => {
    const bench = createBench({
      match: () => reportOf(candidateOf('node-2', planOf('r', { attempts: [{ count: 1, windowMs: 60 * MINUTE }] }))),
    })
    bench.observe('node-2', 'suspect', 1000)
    bench.close(bench.started[0]!, 'recovered', 2000)
    bench.observe('node-2', 'healthy', 3000)
    bench.observe('node-2', 'suspect', 4000)
    expect(bench.started).toHaveLength(2)
    bench.close(bench.started[1]!, 'effective', 5000)
    bench.observe('node-2', 'healthy', 6000)
    bench.observe('node-2', 'suspect', 7000)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'attempts-spent' })
  })
  test('every window of attempts counts, and the next attempt is told', () => {
    const attempts = [
      { count: 2, windowMs: 10 * MINUTE },
      { count: 3, windowMs: 60 * MINUTE },
    ]
    const bench = createBench({
      match: () => reportOf(candidateOf('node-2', planOf('r', { attempts, cooldownMs: 0 }))),
    })
    let at = 0
    for (const gap of [1, 1, 15, 1]) {
      at += gap * MINUTE
      bench.observe('node-2', 'healthy', at - 1)
      bench.observe('node-2', 'suspect', at)
      const run = bench.state.open[0]
      if (run !== undefined) bench.close(run.workflowId, 'ineffective', at + 100)
    }
    expect(bench.started).toHaveLength(3)
    expect(bench.last).toMatchObject({ reason: 'attempts-spent' })
    expect(nextLook(bench.state)).toBe(61 * MINUTE)
  })
  test('a cluster has room for so many runs, and so many starts a minute', () => {
    const limits = { runsInFlight: 2, startsPerMinute: 3, override: null }
    const bench = createBench({
      match: (trigger) => ({
        candidates: [candidateOf(trigger.kind === 'person' ? '' : trigger.target)],
        refused: [],
        limits,
      }),
    })
    for (const [index, name] of ['node-1', 'node-2', 'node-3'].entries()) bench.observe(name, 'failed', 1000 + index)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'too-many-runs' })
    bench.close(bench.started[0]!, 'effective', 2000)
    expect(bench.started).toHaveLength(3)
    bench.observe('node-4', 'failed', 3000)
    bench.close(bench.started[1]!, 'effective', 4000)
    expect(bench.last).toMatchObject({ target: 'node-4', kind: 'held', reason: 'storm' })
    bench.send({ kind: 'tick' }, 1000 + 60_001)
    expect(bench.started).toHaveLength(4)
  })
  test('the disruption budget holds a start that would leave too few healthy, and one whose evidence is missing', () => {
    const kept = {
      match: (trigger: { kind: string; target?: string }) =>
        reportOf(candidateOf(trigger.target ?? '', planOf('r', { keepHealthyRatio: 0.6 }))),
    }
    const bench = createBench(kept as never)
    bench.observe('node-1', 'failed', 1000)
    bench.observe('node-2', 'failed', 1001)
    bench.observe('node-3', 'failed', 1002)
    expect(bench.started).toHaveLength(2)
    expect(bench.last).toMatchObject({ target: 'node-3', kind: 'held', reason: 'budget' })
    const blind = createBench({ ...(kept as object), healthy: false } as never)
    blind.observe('node-1', 'failed', 1000)
    expect(blind.last).toMatchObject({ kind: 'held', reason: 'evidence-unknown' })
    for (const name of ['node-2', 'node-3', 'node-4']) blind.observe(name, 'healthy', 1100)
    blind.send({ kind: 'tick' }, 17_000)
    expect(blind.started).toHaveLength(1)
  })
})

describe('a person', () => {
  test('who asks twice with one request gets one run and one decision', () => {
    const bench = createBench()
    bench.ask(person('same', 1000), 1000)
    bench.ask(person('same', 1000), 1001)
    expect(bench.started).toHaveLength(1)
    expect(bench.state.decisions).toHaveLength(1)
  })
  test('need not wait for a cooldown, but for the lock', () => {
    const bench = createBench()
    bench.observe('node-1', 'failed', 1000)
    bench.close(bench.started[0]!, 'failed', 2000)
    bench.ask(person('a', 3000), 3000)
    expect(bench.started).toHaveLength(2)
  })
  test('who waits in the queue is started when the lock is free', () => {
    const bench = createBench({ match: () => reportOf(candidateOf('node-1', planOf('q', { onBusy: 'queue' }))) })
    bench.ask(person('a', 1000), 1000)
    bench.ask(person('b', 1001), 1001)
    expect(bench.state.waiting).toHaveLength(1)
    bench.close(bench.started[0]!, 'effective', 2000)
    expect(bench.started).toHaveLength(2)
    expect(bench.state.waiting).toEqual([])
  })
  test('with bad inputs is told what is wrong', () => {
    const bench = createBench({
      match: () => ({ candidates: [], refused: [{ runbook: 'r', reason: '`node` must be a node of the inventory.' }] }),
    })
    bench.ask(person('a', 1000), 1000)
    expect(bench.last).toMatchObject({
      kind: 'refused',
      reason: 'bad-inputs',
      message: '`r`: `node` must be a node of the inventory.',
    })
  })
})

describe('the end of a run', () => {
  test('that was terminated frees the lock only when its last activity can no longer act, and asks for a person', () => {
    const bench = createBench()
    bench.observe('node-2', 'suspect', 1000)
    const report = { workflowId: bench.started[0]!, runId: 'r', status: 'TERMINATED', result: null } as const
    bench.send({ kind: 'closed', report }, 5000)
    expect(bench.state.open).toHaveLength(1)
    expect(nextLook(bench.state)).toBe(7000)
    bench.send({ kind: 'tick' }, 7000)
    expect(bench.state.open).toEqual([])
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'needs-human' })
    expect(bench.last?.message).toContain('it was ended from outside and took nothing back')
    expect(bench.state.notes).toHaveLength(1)
  })
  test.each([
    ['everything else was taken back', [], 'All else it had changed was taken back.'],
    [
      'some changes could not be taken back',
      [{ ...LEFT, title: 'Move its load' }],
      'Still in the world: Move its load.',
    ],
  ] as const)('that needs a person says so where %s', (_, left, sentence) => {
    const bench = createBench()
    bench.observe('node-2', 'suspect', 1000)
    const result = { ...resultOf('needs-human'), message: 'Nobody knows whether `x` happened.', left }
    const report = { workflowId: bench.started[0]!, runId: 'r', status: 'COMPLETED', result } as const
    bench.send({ kind: 'closed', report }, 5000)
    expect(bench.last?.message).toContain(`Nobody knows whether \`x\` happened. ${sentence}`)
    expect(bench.last?.message).not.toContain('stays')
  })
  test('told twice is told once', () => {
    const bench = createBench()
    bench.observe('node-2', 'suspect', 1000)
    bench.close(bench.started[0]!, 'effective', 2000)
    bench.close(bench.started[0]!, 'failed', 2001)
    expect(bench.effects.filter((effect) => effect.kind === 'record' && effect.record.kind === 'run')).toHaveLength(1)
    expect(bench.state.targets['node-2']?.ledgers.heal.cooldownUntil).toBeNull()
  })
  test('that Temporal never took holds nothing and spends nothing', () => {
    const bench = createBench()
    bench.observe('node-2', 'suspect', 1000)
    bench.send({ kind: 'notLaunched', workflowId: bench.started[0]!, why: 'unreachable' }, 1100)
    expect(bench.state.open).toEqual([])
    expect(bench.last).toMatchObject({ kind: 'refused', reason: 'not-started' })
    expect(bench.state.targets['node-2']?.ledgers.heal.attempts).toEqual([])
    bench.observe('node-2', 'suspect', 17_000)
    expect(bench.started).toHaveLength(2)
    expect(new Set(bench.started).size).toBe(2)
  })
})

describe('a target that was taken out', () => {
  const takenOut = () => {
    const bench = createBench({
      match: (trigger) =>
        reportOf(
          candidateOf('node-3', planOf(trigger.kind === 'returned' ? 'return-to-service' : 'single-node-recovery')),
        ),
    })
    bench.observe('node-3', 'failed', 1000)
    bench.send(
      { kind: 'marked', request: { target: 'node-3', desired: 'failed', why: 'did not come back', key: 'k1' } },
      5000,
    )
    bench.close(bench.started[0]!, 'effective', 9000, [LEFT])
    return bench
  }
  test('is left alone while it is down, and brought back with what the run had left when it answers again', () => {
    const bench = takenOut()
    bench.observe('node-3', 'failed', 30_000)
    expect(bench.started).toHaveLength(1)
    bench.observe('node-3', 'healthy', 60_000)
    expect(bench.started).toHaveLength(2)
    const order = bench.effects.findLast((effect) => effect.kind === 'start')
    expect(order).toMatchObject({
      input: { startedBy: { kind: 'returned' }, left: [LEFT], plan: { name: 'return-to-service' } },
    })
    bench.send({ kind: 'marked', request: { target: 'node-3', desired: 'serving', why: 'back', key: 'k2' } }, 61_000)
    bench.close(bench.started[1]!, 'effective', 62_000)
    expect(bench.state.targets['node-3']).toMatchObject({ desired: 'serving', undoLater: [] })
    expect(nextLook(bench.state)).toBeNull()
  })
  test('is brought back also when it answered before it was marked, and not over and over when that fails', () => {
    const bench = takenOut()
    bench.observe('node-3', 'healthy', 60_000)
    bench.close(bench.started[1]!, 'effective', 61_000)
    expect(bench.started).toHaveLength(2)
    expect(bench.last).toMatchObject({ kind: 'held', reason: 'cooling-down' })
    bench.send({ kind: 'tick' }, 61_000 + 300_000)
    expect(bench.started).toHaveLength(3)
  })
  test('keeps the first mark of a key, and answers what it was before', () => {
    const bench = takenOut()
    bench.send({ kind: 'marked', request: { target: 'node-3', desired: 'serving', why: 'again', key: 'k1' } }, 10_000)
    expect(bench.state.targets['node-3']?.desired).toBe('failed')
    expect(beforeMark(bench.state, 'k1')).toBe('serving')
  })
})

describe('a run that was started past the detector', () => {
  const request = (workflowId: string) => ({
    workflowId,
    runId: 'r1',
    runbook: 'single-node-recovery',
    planHash: 'b'.repeat(64),
    target: 'node-1',
    lock: 'node-1',
    guard: planOf('x').guard,
    startedBy: { kind: 'person', name: 'ada' } as const,
  })
  test('gets leave where the lock is free, holds it, and gets the same leave when it asks again', () => {
    const bench = createBench()
    const first = grant(bench.state, request('by-hand'), 1000)
    const again = grant(first.state, request('by-hand'), 1001)
    expect(first.reply.granted && again.reply.granted).toBe(true)
    expect(again.state.open).toHaveLength(1)
    const other = grant(again.state, request('second'), 1002)
    expect(other.reply).toMatchObject({ granted: false, reason: 'locked' })
    expect(other.decisions).toMatchObject([{ kind: 'refused', workflowId: 'second' }])
  })
})
