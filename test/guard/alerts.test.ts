// Alerts and the guard: one decision an episode, whatever the senders do; and what an alert may not do.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advance, type GuardEvent } from '../../src/guard/guard.ts'
import { episodeOf, type Alert, type MatchReport } from '../../src/guard/protocol.ts'
import { createGuardState, type GuardState } from '../../src/guard/state.ts'
import type { Effect } from '../../src/guard/step.ts'
import { candidateOf, createBench, NODES, planOf, reportOf, resultOf, seen } from './cases.ts'

const RUNBOOK = 'single-node-recovery'
const alertOf = (episode: string, status: Alert['status'] = 'firing'): Alert => ({
  fingerprint: episode,
  status,
  labels: { alertname: 'NodeDown', instance: 'node-2' },
  annotations: {},
  starts_at: '2026-01-01T00:00:00.000Z',
  delivery: 'd1',
})
const alerted = (episode: string, status: Alert['status'] = 'firing', target = 'node-2'): GuardEvent => ({
  kind: 'alerted',
  batch: [{ alert: alertOf(episode, status), runbook: RUNBOOK, target }],
})
type Bench = ReturnType<typeof createBench>
const decisionsOf = (bench: Bench) => bench.state.decisions.map(({ kind, reason }) => `${kind} ${reason}`)

describe('an alert', () => {
  test('starts its runbook once; told again, doubled or late, nothing more comes of it', () => {
    const bench = createBench()
    for (let time = 0; time < 3; time++) bench.send(alerted('e1'), 1_000 + time)
    expect(bench.started).toHaveLength(1)
    expect(decisionsOf(bench)).toEqual(['started free'])
    bench.close(bench.started[0] ?? '', 'effective', 2_000)
    bench.send(alerted('e1', 'resolved'), 3_000)
    bench.send(alerted('e1'), 4_000)
    bench.send({ kind: 'tick' }, 500_000)
    expect(bench.started).toHaveLength(1)
    expect(decisionsOf(bench)).toEqual(['started free'])
  })

  test('that was resolved before it came is answered, and starts nothing', () => {
    const bench = createBench()
    bench.send(alerted('e1', 'resolved'), 1_000)
    bench.send(alerted('e1'), 2_000)
    expect(decisionsOf(bench)).toEqual(['refused gone'])
  })

  test('joins the run that a verdict has started, and the verdict joins the run of an alert', () => {
    const byVerdict = createBench()
    byVerdict.observe('node-2', 'suspect', 1_000)
    byVerdict.send(alerted('e1'), 2_000)
    expect(decisionsOf(byVerdict)).toEqual(['started free', 'joined same-episode'])
    const byAlert = createBench()
    byAlert.send(alerted('e1'), 1_000)
    byAlert.observe('node-2', 'suspect', 2_000)
    expect(byAlert.started).toHaveLength(1)
  })

  test('of another name for the same target is answered with the same run', () => {
    const bench = createBench()
    bench.send(alerted('e1'), 1_000)
    bench.send(alerted('e2'), 1_001)
    expect(decisionsOf(bench)).toEqual(['started free', 'joined same-episode'])
    expect(new Set(bench.state.decisions.map(({ workflowId }) => workflowId)).size).toBe(1)
  })

  test('that a probe contradicts is held, in words, without lock or attempt; when the probe agrees it starts', () => {
    const bench = createBench({
      match: (): MatchReport => ({ ...reportOf(candidateOf('node-2')), contradicted: '1 of 1 probes answered' }),
    })
    bench.send(alerted('e1'), 1_000)
    bench.send({ kind: 'tick' }, 301_000)
    expect(decisionsOf(bench)).toEqual(['held contradicted'])
    expect(bench.last?.message).toContain('1 of 1 probes answered')
    expect(bench.state.open).toEqual([])
    bench.matchWith(() => reportOf(candidateOf('node-2')))
    bench.send({ kind: 'tick' }, 700_000)
    expect(decisionsOf(bench)).toEqual(['held contradicted', 'started free'])
  })

  test('for a target that is meant to be down is refused', () => {
    const bench = createBench()
    bench.send({ kind: 'marked', request: { target: 'node-2', desired: 'drained', why: 'work', key: 'k' } }, 900)
    bench.send(alerted('e1'), 1_000)
    expect(decisionsOf(bench)).toEqual(['refused not-wanted'])
  })

  test('waits while another runbook holds the lock, then starts', () => {
    const bench = createBench({ match: () => reportOf(candidateOf('node-2', planOf('drain'))) })
    bench.observe('node-2', 'suspect', 1_000)
    bench.matchWith(() => reportOf(candidateOf('node-2')))
    bench.send(alerted('e1'), 2_000)
    expect(bench.last).toMatchObject({ kind: 'held' })
    bench.close(bench.started[0] ?? '', 'effective', 3_000)
    expect(bench.started).toHaveLength(2)
  })

  test('that is resolved while its run goes is told as the runbook says: finish, cancel or ask', () => {
    const effectsOf = (onResolved: 'finish' | 'cancel' | 'ask') => {
      const bench = createBench({ match: () => reportOf(candidateOf('node-2', planOf(RUNBOOK, { onResolved }))) })
      bench.send(alerted('e1'), 1_000)
      return bench.send(alerted('e1', 'resolved'), 2_000).map(({ kind }) => kind)
    }
    expect(effectsOf('finish')).toEqual(['record', 'calm'])
    expect(effectsOf('cancel')).toEqual(['record', 'say', 'calm'])
    expect(effectsOf('ask')).toEqual(['record', 'say', 'calm', 'page'])
  })

  test('a run is not cancelled while another of its causes still stands', () => {
    const plan = planOf(RUNBOOK, { onResolved: 'cancel' })
    const bench = createBench({ match: () => reportOf(candidateOf('node-2', plan)) })
    bench.send(alerted('e1'), 1_000)
    bench.send(alerted('e2'), 1_001)
    expect(bench.send(alerted('e1', 'resolved'), 2_000)).toEqual([])
    expect(bench.send(alerted('e2', 'resolved'), 3_000).map(({ kind }) => kind)).toContain('say')
  })

  test('one of thousands takes no more memory than is kept, and one start', () => {
    const bench = createBench()
    const batch = Array.from({ length: 2_000 }, (_, index) => ({
      alert: alertOf(`e${index}`),
      runbook: RUNBOOK,
      target: 'node-2',
    }))
    bench.send({ kind: 'alerted', batch }, 1_000)
    expect(bench.started).toHaveLength(1)
    expect(Object.keys(bench.state.alerts ?? {})).toHaveLength(500)
    expect(JSON.stringify(bench.state.alerts).length).toBeLessThan(200_000)
  })
})

// Eight messages of three episodes on two targets, each told by two senders, in any order, cut into any batches.
const TARGETS = { e1: 'node-2', e2: 'node-2', e3: 'node-3' } as const
type Name = keyof typeof TARGETS
interface Message {
  readonly episode: Name
  readonly status: Alert['status']
}
const MESSAGES: readonly Message[] = (['e1', 'e2', 'e3'] as const).flatMap((episode) =>
  (['firing', 'firing', 'resolved', 'firing', 'resolved', 'firing'] as const).map((status) => ({ episode, status })),
)

function play(messages: readonly Message[], stepMs: number): GuardState & { readonly effects: readonly Effect[] } {
  let state = createGuardState(
    'lab',
    NODES.map((name) => ({ name, desired: 'serving' as const })),
  )
  const effects: Effect[] = []
  let now = 1_000_000
  const send = (event: GuardEvent): void => {
    const step = advance(state, event, now)
    state = step.state
    effects.push(...step.effects)
    for (const effect of step.effects) {
      if (effect.kind === 'match')
        send({
          kind: 'matched',
          trigger: effect.trigger,
          report: reportOf(candidateOf('target' in effect.trigger ? effect.trigger.target : '')),
        })
      if (effect.kind === 'start') send({ kind: 'launched', workflowId: effect.workflowId, runId: 'r' })
    }
  }
  for (const name of NODES) send({ kind: 'observed', observation: seen(name, 'healthy', now) })
  messages.forEach(({ episode, status }, index) => {
    now += stepMs
    send(alerted(episode, status, TARGETS[episode]))
    const [oldest] = state.open
    if (index % 5 === 4 && oldest !== undefined)
      send({
        kind: 'closed',
        report: { workflowId: oldest.workflowId, runId: 'r', status: 'COMPLETED', result: resultOf('effective') },
      })
  })
  now += 3_600_000
  send({ kind: 'tick' })
  return { ...state, effects }
}

describe('in any order, doubled and in any batches', () => {
  const orders = fc.shuffledSubarray([...MESSAGES], { minLength: MESSAGES.length })

  test('every episode is settled with exactly one final decision, and starts at most once', () => {
    fc.assert(
      fc.property(orders, fc.integer({ min: 0, max: 20_000 }), (messages, stepMs) => {
        const { decisions, alerts = {} } = play(messages, stepMs)
        for (const episode of ['e1', 'e2', 'e3']) {
          const own = decisions.filter(
            ({ trigger }) => trigger.kind === 'alert' && trigger.alert.fingerprint === episode,
          )
          expect(own.filter(({ kind }) => kind !== 'held')).toHaveLength(1)
          expect(own.at(-1)?.kind).not.toBe('held')
          expect(alerts[episodeOf(alertOf(episode))]?.isSettled).toBe(true)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('orders that mean the same end the same: which episodes got a run does not depend on doubles', () => {
    fc.assert(
      fc.property(orders, (messages) => {
        const firsts = messages.filter(
          (each, index) =>
            messages.findIndex(({ episode, status }) => episode === each.episode && status === each.status) === index,
        )
        const outcomes = (state: GuardState) =>
          state.decisions.map(
            ({ kind, trigger }) => `${kind} ${trigger.kind === 'alert' ? trigger.alert.fingerprint : ''}`,
          )
        // Without runs that end in between, a double can change nothing at all.
        expect(outcomes(withoutCloses(messages))).toEqual(outcomes(withoutCloses(firsts)))
      }),
    )
  })
})

function withoutCloses(messages: readonly Message[]): GuardState {
  const bench = createBench()
  messages.forEach(({ episode, status }, index) =>
    bench.send(alerted(episode, status, TARGETS[episode]), 1_000 + index),
  )
  return bench.state
}
