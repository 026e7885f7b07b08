import { describe, expect, test } from 'vitest'
import type { ActAnswer } from '../../../workflows/interpreter/host.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import { LIMITS } from '../../../src/plan/run.ts'
import { addNote, newState, rowsOf, setRow } from '../../../workflows/interpreter/state.ts'
import { rehearse } from '../../../src/rehearsal/rehearse.ts'
import {
  action,
  approve,
  block,
  byPerson,
  change,
  end,
  fail,
  forEach,
  inputOf,
  leftEntry,
  parallel,
  planOf,
  read,
  step,
  tryStep,
  VERIFY,
} from '../plans.ts'

const failure = (code: 'rejected' | 'uncertain' | 'unavailable' = 'unavailable'): ActAnswer => ({
  kind: 'failed',
  failure: { code, message: 'it is broken' },
  attempts: 1,
})
const failing = (...paths: readonly string[]): Script => ({
  act: ({ path }) => (paths.includes(path) ? failure() : { kind: 'ok', output: {}, attempts: 1 }),
})
const did = (journal: readonly string[]): readonly string[] =>
  journal.filter((line) => line.startsWith('did ')).map((line) => line.split(' ')[1] ?? '')

describe('outcomes', () => {
  test('a run whose verify holds is effective, and leaves what it did with its undo', async () => {
    const { result, journal } = await rehearse(inputOf(planOf([change('a'), change('b')])), {})
    expect(result).toMatchObject({ outcome: 'effective', code: 'verified' })
    expect(result.left.map(({ stepId }) => stepId)).toEqual(['a', 'b'])
    expect(did(journal)).toEqual(['a#0', 'b#0'])
  })
  test('`end: recovered` ends at any depth with nothing undone and nothing verified', async () => {
    const plan = planOf([block('outer', [block('inner', [end('stop', 'recovered')])]), change('never')])
    const { result, journal } = await rehearse(inputOf(plan), {})
    expect(result).toMatchObject({ outcome: 'recovered', code: 'nothing-to-do' })
    expect(journal).toEqual([])
  })
  test('`end: effective` still has to pass verify', async () => {
    const unheld: Script = {
      verify: () => ({ kind: 'report', report: { held: false, unmet: [{ that: 'x', seen: '0' }], evidence: null } }),
    }
    const { result } = await rehearse(inputOf(planOf([end('stop')])), unheld)
    expect(result).toMatchObject({ outcome: 'ineffective', code: 'verify-did-not-hold' })
  })
  const unheld: Script = { verify: () => ({ kind: 'report', report: { held: false, unmet: [], evidence: null } }) }
  test('an ineffective run keeps what it did', async () => {
    const { result, journal } = await rehearse(inputOf(planOf([change('a')])), unheld)
    expect(result.outcome).toBe('ineffective')
    expect(result.left).toHaveLength(1)
    expect(did(journal)).toEqual(['a#0'])
  })
  test('an ineffective run with `onIneffective: undo` takes back what it did', async () => {
    const plan = planOf([change('a')], { verify: { ...VERIFY, onIneffective: 'undo' } })
    const { result, journal } = await rehearse(inputOf(plan), unheld)
    expect(result).toMatchObject({ outcome: 'ineffective', left: [] })
    expect(did(journal)).toEqual(['a#0', 'undo/a#1#0'])
  })
  test('a failed step undoes what was completed, last first, then runs finally', async () => {
    const plan = planOf([change('a'), parallel('p', [[change('b')], [change('c')]]), change('d')], {
      finally: [read('tidy')],
    })
    const { result, journal } = await rehearse(inputOf(plan), failing('d'))
    expect(result).toMatchObject({ outcome: 'failed', code: 'unavailable', left: [] })
    expect(did(journal)).toEqual([
      'a#0',
      'p/b0/b#0',
      'p/b1/c#0',
      'undo/p/b1/c#3#0',
      'undo/p/b0/b#2#0',
      'undo/a#1#0',
      'finally/tidy#0',
    ])
  })
  test('an undo that fails leaves the run to a person, and the other undos are done', async () => {
    const plan = planOf([change('a'), change('b'), fail('stop')])
    const { result, journal } = await rehearse(inputOf(plan), failing('undo/b#2'))
    expect(result).toMatchObject({ outcome: 'needs-human', code: 'undo-failed' })
    expect(result.left.map(({ stepId }) => stepId)).toEqual(['b'])
    expect(did(journal)).toContain('undo/a#1#0')
  })
  test('a change whose undo cannot be rendered leaves a failed run to a person', async () => {
    const undo = { kind: 'action', action: action('test.undo'), with: { of: { cel: 'output.missing' } } } as const
    const { result } = await rehearse(inputOf(planOf([change('a', { undo }), fail('stop')])), {})
    expect(result.outcome).toBe('needs-human')
    expect(result.message).toContain('nothing can take it back')
  })
  test('a cancelled run undoes, runs finally and says who cancelled it', async () => {
    const plan = planOf([change('a'), change('b')], { finally: [read('tidy')] })
    const { result, journal } = await rehearse(inputOf(plan), {}, { cancelAtCall: 1 })
    expect(result).toMatchObject({ outcome: 'cancelled', left: [], message: 'ada cancelled the run.' })
    expect(did(journal)).toEqual(['a#0', 'undo/a#1#0', 'finally/tidy#0'])
  })
  test('a cancel that came too late and ended in success is recorded and undone', async () => {
    const plan = planOf([change('a'), change('b')])
    const { result, journal } = await rehearse(inputOf(plan), { onCancel: () => 'finish' }, { cancelAtCall: 0 })
    expect(result).toMatchObject({ outcome: 'cancelled', left: [] })
    expect(did(journal)).toEqual(['a#0', 'undo/a#1#0'])
  })
  test('a cancel while verify runs is no success', async () => {
    const { result, journal } = await rehearse(inputOf(planOf([change('a')])), {}, { cancelAtCall: 1 })
    expect(result).toMatchObject({ outcome: 'cancelled', left: [] })
    expect(did(journal)).toEqual(['a#0', 'undo/a#1#0'])
  })
  test('a cancel while the run is being undone changes nothing', async () => {
    const { result } = await rehearse(inputOf(planOf([change('a'), fail('stop')])), {}, { cancelAtCall: 1 })
    expect(result.outcome).toBe('failed')
  })
  test('a failed `finally` after good steps fails the run without undo', async () => {
    const plan = planOf([change('a')], { finally: [read('tidy')] })
    const { result } = await rehearse(inputOf(plan), failing('finally/tidy'))
    expect(result).toMatchObject({ outcome: 'failed', code: 'finally-failed' })
    expect(result.left).toHaveLength(1)
  })
  test('undo and finally that hang are ended by their own deadline', async () => {
    const plan = planOf([change('a'), fail('stop')])
    const slow: Script = { takesMs: ({ path }) => (path.startsWith('undo/') ? 100 * 60 * 60 * 1000 : 100) }
    const { result } = await rehearse(inputOf(plan), slow)
    expect(result).toMatchObject({ outcome: 'needs-human', code: 'undo-failed' })
    expect(result.endedAt - result.startedAt).toBeLessThan(31 * 60 * 1000)
  })
})

describe('gates', () => {
  const voting = (verb: 'approve' | 'reject', by = 'ada', afterMs = 10): Script => ({
    vote: () => ({ afterMs, verb, by }),
  })
  test('an approval lets what follows run', async () => {
    const { result, journal } = await rehearse(inputOf(planOf([approve('ok'), change('a')])), voting('approve'))
    expect(result.outcome).toBe('effective')
    expect(did(journal)).toEqual(['a#0'])
  })
  test('a rejection undoes', async () => {
    const { result, journal } = await rehearse(
      inputOf(planOf([change('a'), approve('ok'), change('b')])),
      voting('reject'),
    )
    expect(result).toMatchObject({ outcome: 'rejected', code: 'rejected' })
    expect(did(journal)).toEqual(['a#0', 'undo/a#1#0'])
  })
  test('silence rejects at the deadline', async () => {
    const { result } = await rehearse(inputOf(planOf([approve('ok')])), {})
    expect(result).toMatchObject({ outcome: 'rejected', code: 'gate-deadline' })
    expect(result.endedAt - result.startedAt).toBe(60_000)
  })
  test('a quorum asks until enough different people said so', async () => {
    const asked: (readonly string[])[] = []
    const script: Script = {
      vote: ({ notBy }) => {
        asked.push(notBy)
        return { afterMs: 10, verb: 'approve', by: notBy.includes('ada') ? 'bob' : 'ada' }
      },
    }
    const { result } = await rehearse(inputOf(planOf([approve('ok', { quorum: 2 })]), byPerson), script)
    expect(result.outcome).toBe('effective')
    expect(asked).toEqual([['grace'], ['grace', 'ada']])
  })
  test('`onDeadline: escalate` tells the escalation, waits once more and ends in reject', async () => {
    const plan = planOf([approve('ok', { onDeadline: 'escalate' })], {
      escalate: [{ after: { kind: 'failure' }, notify: ['oncall'] }],
    })
    const { result, journal } = await rehearse(inputOf(plan), {})
    expect(result).toMatchObject({ outcome: 'rejected', code: 'gate-deadline' })
    expect(result.endedAt - result.startedAt).toBe(120_000)
    expect(journal).toEqual(['told oncall: `ok` still waits for a decision.'])
  })
})

describe('failures that ask', () => {
  test('a failed step of a run that a person started is parked; retry runs it again under a new key', async () => {
    let tries = 0
    const script: Script = {
      act: () => (tries++ === 0 ? failure() : { kind: 'ok', output: {}, attempts: 1 }),
      vote: () => ({ afterMs: 5, verb: 'retry', by: 'ada', value: { of: 'other' } }),
    }
    const { result, journal } = await rehearse(inputOf(planOf([change('a')]), byPerson), script)
    expect(result.outcome).toBe('effective')
    expect(journal).toContain('did a#1 test.change {"of":"other"}')
    expect(result.left[0]?.args).toEqual({ of: 'other' })
  })
  test('skip goes on without it', async () => {
    const script: Script = { ...failing('a'), vote: () => ({ afterMs: 5, verb: 'skip', by: 'ada' }) }
    const { result, state } = await rehearse(inputOf(planOf([change('a'), change('b')]), byPerson), script)
    expect(result.outcome).toBe('effective')
    expect(rowsOf(state).map(({ id, status }) => `${id} ${status}`)).toEqual([
      'a skipped',
      'b completed',
      'verify completed',
    ])
  })
  test('supply stands for the output, and what was done by hand is undone like any other change', async () => {
    const script: Script = { ...failing('a'), vote: () => ({ afterMs: 5, verb: 'supply', by: 'ada', value: { n: 1 } }) }
    const { result, journal } = await rehearse(inputOf(planOf([change('a'), fail('stop')]), byPerson), script)
    expect(result.outcome).toBe('failed')
    expect(did(journal)).toEqual(['undo/a#1#0'])
  })
  test('an uncertain change asks a person whatever the step says, and silence needs a person', async () => {
    const script: Script = {
      act: ({ path }) => (path === 'b' ? failure('uncertain') : { kind: 'ok', output: {}, attempts: 1 }),
    }
    const plan = planOf([change('a'), change('b', { onFailure: 'continue' })])
    const { result, journal } = await rehearse(inputOf(plan), script)
    expect(result).toMatchObject({ outcome: 'needs-human', code: 'uncertain' })
    expect(did(journal)).toEqual(['a#0', 'undo/a#1#0'])
  })
  test('cancelling while an uncertain change waits needs a person', async () => {
    const { result } = await rehearse(
      inputOf(planOf([change('a')])),
      { act: () => failure('uncertain') },
      { cancelAtCall: 1 },
    )
    expect(result).toMatchObject({ outcome: 'needs-human', code: 'uncertain' })
  })
  test('a block that is retried by hand begins anew, under new keys', async () => {
    let tries = 0
    const script: Script = {
      act: ({ path }) => (path.endsWith('b') && tries++ === 0 ? failure() : { kind: 'ok', output: {}, attempts: 1 }),
      vote: () => ({ afterMs: 5, verb: 'retry', by: 'ada' }),
    }
    const plan = planOf([block('all', [change('a'), change('b')], { onFailure: 'park' })])
    const { journal } = await rehearse(inputOf(plan), script)
    expect(did(journal)).toEqual(['all/a#0', 'all#1/a#0', 'all#1/b#0'])
  })
})

describe('blocks', () => {
  test('a catch takes its code, sees the error, and the run goes on', async () => {
    const handler = step('set', 'why', { values: { code: { cel: 'error.code' } } })
    const plan = planOf([
      tryStep('t', [fail('bad', 'disk-full')], {
        catches: [{ codes: ['disk-full'], steps: [handler] }],
        finally: [read('tidy')],
      }),
      change('after'),
    ])
    const { result, journal } = await rehearse(inputOf(plan), {})
    expect(result.outcome).toBe('effective')
    expect(did(journal)).toEqual(['t/finally/tidy#0', 'after#0'])
  })
  test('a failed branch cancels its siblings, and the block waits for them', async () => {
    const script: Script = { ...failing('p/b0/a'), takesMs: ({ path }) => (path === 'p/b0/a' ? 10 : 5_000) }
    const { result, journal } = await rehearse(
      inputOf(planOf([parallel('p', [[change('a')], [change('b'), change('c')]])])),
      script,
    )
    expect(result.outcome).toBe('failed')
    expect(journal).toContain('stopped p/b1/b#0 test.change')
    expect(did(journal)).toEqual([])
  })
  test('`onFailure: continue` inside a branch lets the branch go on', async () => {
    const plan = planOf([parallel('p', [[change('a', { onFailure: 'continue' }), change('b')]])])
    const { result, journal } = await rehearse(inputOf(plan), failing('p/b0/a'))
    expect(result.outcome).toBe('effective')
    expect(did(journal)).toEqual(['p/b0/b#0'])
  })
  test('a parked branch waits alone; the others finish', async () => {
    const script: Script = { ...failing('p/b0/a'), vote: () => ({ afterMs: 10_000, verb: 'skip', by: 'ada' }) }
    const plan = planOf([parallel('p', [[change('a', { onFailure: 'park' })], [change('b'), change('c')]])])
    const { result, journal } = await rehearse(inputOf(plan), script)
    expect(result.outcome).toBe('effective')
    expect(did(journal)).toEqual(['p/b1/b#0', 'p/b1/c#0'])
  })
  test('forEach names iterations by key, keeps their order and tolerates what it is told to', async () => {
    const plan = planOf([
      forEach('each', ['n1', 'n2', 'n3'], [change('x')], { concurrency: 2, maxFailures: 1 }),
      step('set', 'seen', { values: { keys: { cel: 'steps.each.results.map(r, r.ok)' } } }),
      change('last', { with: { of: { cel: 'steps.seen.output.keys' } } }),
    ])
    const { result, journal } = await rehearse(inputOf(plan), failing('each[n2]/x'))
    expect(result.outcome).toBe('effective')
    expect(journal.at(-2)).toBe('did last#0 test.change {"of":[true,false,true]}')
  })
  test('an exponential ramp stops after the wave that failed', async () => {
    const items = ['1', '2', '3', '4', '5', '6', '7']
    const plan = planOf([
      forEach('each', items, [change('x')], { concurrency: 4, ramp: 'exponential', mode: 'collect' }),
    ])
    const { journal } = await rehearse(inputOf(plan), failing('each[2]/x'))
    expect(did(journal).filter((key) => key.startsWith('each'))).toEqual(['each[1]/x#0', 'each[3]/x#0'])
  })
  test('a block beyond its time limit is cancelled and fails as exhausted', async () => {
    const plan = planOf([block('slow', [step('wait', 'long', { for: { lit: 60_000 } })], { timeoutMs: 1_000 })])
    const { result } = await rehearse(inputOf(plan), {})
    expect(result).toMatchObject({ outcome: 'failed', code: 'exhausted' })
    expect(result.endedAt - result.startedAt).toBe(1_000)
  })
  test('repeat runs until its condition holds, and fails as exhausted when it never does', async () => {
    const plan = (until: string) =>
      planOf([step('repeat', 'again', { until, maxIterations: 3, everyMs: 1_000, steps: [change('x')], outputs: {} })])
    const good = await rehearse(inputOf(plan('index >= 1')), {})
    expect(did(good.journal)).toEqual(['again[0]/x#0', 'again[1]/x#0'])
    expect((await rehearse(inputOf(plan('false')), {})).result).toMatchObject({ outcome: 'failed', code: 'exhausted' })
  })
  test('undoLeft takes back what an earlier run left, last first', async () => {
    const input = inputOf(planOf([step('undoLeft', 'back', {})]), { left: [leftEntry('a'), leftEntry('b')] })
    const { journal, result } = await rehearse(input, {})
    expect(did(journal)).toEqual(['back[1]#0', 'back[0]#0'])
    expect(result.left).toEqual([])
  })
  test('a child that ended badly fails its step, and what it left is undone by the parent', async () => {
    const child = {
      outcome: 'failed',
      code: 'x',
      message: 'no',
      failure: null,
      left: [leftEntry('inside')],
      startedAt: 0,
      endedAt: 0,
    } as const
    const plan = planOf([step('run', 'sub', { plan: planOf([]), with: {} })])
    const { result, journal } = await rehearse(inputOf(plan), { child: () => child })
    expect(result).toMatchObject({ outcome: 'failed', left: [] })
    expect(did(journal)).toEqual(['undo/inside#1#0'])
  })
  test('an expression without a value fails its step, not the engine', async () => {
    const { result } = await rehearse(inputOf(planOf([change('a', { with: { of: { cel: 'inputs.nope' } } })])), {})
    expect(result).toMatchObject({ outcome: 'failed', code: 'rejected' })
  })
  test('degrade is undone by its opposite', async () => {
    const plan = planOf([step('degrade', 'less', { mode: 'read-only', reason: { lit: 'load' } }), fail('stop')])
    const { journal } = await rehearse(inputOf(plan), {})
    expect(journal.filter((line) => line.startsWith('did '))).toEqual([
      'did less#0 mode.set {"mode":"read-only","active":true,"reason":"load"}',
      'did undo/less#1#0 mode.set {"mode":"read-only","active":false,"reason":"undo of less"}',
    ])
  })
})

describe('the escalation', () => {
  const escalate = [
    { after: { kind: 'failure' }, notify: ['oncall'] },
    { after: { kind: 'elapsed', ms: 15 * 60_000 }, notify: ['senior'] },
  ] as const
  test('a short good run tells nobody and starts no timer', async () => {
    const { journal, calls } = await rehearse(inputOf(planOf([change('a')], { escalate })), {})
    expect(journal.filter((line) => line.startsWith('told'))).toEqual([])
    expect(calls).toBe(2)
  })
  test('a run that still waits after the time tells the next level once', async () => {
    const plan = planOf([approve('ok', { deadlineMs: 60 * 60_000 })], { escalate })
    const { journal } = await rehearse(inputOf(plan), {})
    expect(journal).toEqual(['told senior: rehearsal is still going after 900 s.'])
  })
  test('a failure is told when it parks and when the run ends', async () => {
    const plan = planOf([change('a', { onFailure: 'park' })], { escalate })
    const { journal } = await rehearse(inputOf(plan), failing('a'))
    expect(journal.filter((line) => line.startsWith('told oncall'))).toHaveLength(2)
  })
})

test('what people and targets say at length is cut in notes and rows, so that a state stays small', () => {
  const state = newState(0)
  for (let n = 0; n < 100; n++) addNote(state, n, 'x'.repeat(30_000))
  const row = {
    id: 'a',
    title: 'A',
    status: 'failed',
    attempts: 1,
    startedAt: 0,
    endedAt: 1,
    code: 'rejected',
  } as const
  for (let n = 0; n < 300; n++) setRow(state, { ...row, id: `a${n}`, message: 'y'.repeat(8_000) })
  expect(JSON.stringify(state).length).toBeLessThan(LIMITS.taskBytes)
})
