// Twelve steps of every kind of effect, and a worker that dies again and again at moments left to chance.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Gate } from '../../src/plan/run.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { until } from './phix-up.ts'
import { createRandom, isFull, SEED } from './seeds.ts'
import { startWorkerBench, type Answer, type End, type WorkerBench } from './worker-bench.ts'

const RUNS = Array.from({ length: isFull ? 40 : 5 }, (_, seed) => seed)
const KILLS = isFull ? 30 : 3
const STORY_MS = isFull ? 1_800_000 : 480_000

const post = (charge: number): string => `
  - id: charge_${charge}
    title: Charge ${charge}
    uses: http.post
    with: { url: "\${{ inputs.ledger + '/charge_${charge}/' + inputs.node }}" }
    undo: { uses: http.post, with: { url: "\${{ input.url + '/refund' }}" } }
    onFailure: park`
const service = (id: string, action: string, node: string): string => `
  - id: ${id}
    uses: service.${action}
    with: { target: "\${{ inputs.${node} }}" }`

/** \`node\` is down and \`peer\` runs before; both run afterwards, and three charges were made. */
const TWELVE_STEPS = `runbook: twelve-steps
summary: Effects of every kind, one after the other.
inputs:
  node: { type: node }
  peer: { type: node }
  ledger: { type: string }
steps:${service('start_node', 'start', 'node')}${service('restart_peer', 'restart', 'peer')}${post(1)}
  - wait: 300ms${service('stop_peer', 'stop', 'peer')}${post(2)}
  - id: look
    uses: http.get
    with: { url: "\${{ inputs.ledger + '/look/' + inputs.node }}" }${service('restart_node', 'restart', 'node')}
  - wait: 1s${service('start_peer', 'start', 'peer')}${post(3)}
  - id: ok
    approve: { message: "Keep it, \${{ inputs.node }}?", from: [oncall], deadline: 1h, onDeadline: reject }
`

describeWithTemporal(`twelve steps under a worker that dies again and again (PHIX_SEED=${SEED})`, () => {
  let bench: WorkerBench
  const nodesOf = (story: string, seed: number) => ({ node: `${story}-${seed}-node`, peer: `${story}-${seed}-peer` })
  beforeAll(async () => {
    const nodes = ['kill', 'cancel'].flatMap((story) => RUNS.flatMap((seed) => Object.values(nodesOf(story, seed))))
    bench = await startWorkerBench({ nodes, runbooks: { 'twelve-steps': TWELVE_STEPS } })
  })
  afterAll(() => bench.end(), 60_000)

  const posted = (path: string): number => bench.ledger.count(`POST ${path}`)
  /** A person who looks into the ledger before saying anything. */
  const answerFor =
    (node: string) =>
    (gate: Gate): Answer => {
      if (gate.kind === 'approval') return { verb: 'approve' }
      const path = `/${gate.id.replace(/#\d+$/, '')}/${node}`
      if (posted(path) === 0) return { verb: 'retry' }
      return {
        verb: 'supply',
        value: { status: 200, ok: true, url: bench.ledger.url + path, text: '', truncated: false },
      }
    }
  const start = async (story: string, seed: number): Promise<string> => {
    const { node, peer } = nodesOf(story, seed)
    await bench.startNode(peer)
    return bench.start('twelve-steps', { node, peer, ledger: bench.ledger.url })
  }
  /** Lets workers live for a moment each; the last one stays. */
  const dieAgainAndAgain = async (times: number, random: () => number): Promise<void> => {
    for (let kill = 0; kill < times; kill++) {
      const worker = await bench.startWorker()
      await pause(random() * 1500)
      await worker.kill()
    }
  }
  const followAll = (story: string, ids: readonly string[]): Promise<readonly End[]> =>
    bench.follow(ids, (workflowId, gate) => answerFor(nodesOf(story, ids.indexOf(workflowId)).node)(gate))

  describe('killed at any moment', () => {
    let ends: readonly End[]
    beforeAll(async () => {
      const first = await bench.startWorker()
      const ids = await Promise.all(RUNS.map((seed) => start('kill', seed)))
      const random = createRandom(7)
      await pause(random() * 1000)
      await first.kill()
      await dieAgainAndAgain(KILLS, random)
      const last = await bench.startWorker()
      ends = await followAll('kill', ids)
      await last.kill()
    }, STORY_MS)

    test('every run comes to its end', () => {
      expect(ends.map(({ result }) => result.outcome)).toEqual(RUNS.map(() => 'effective'))
    })

    test('every charge is made exactly once, with a person asked where nobody could know', () => {
      for (const seed of RUNS)
        for (const charge of [1, 2, 3]) {
          const path = `/charge_${charge}/${nodesOf('kill', seed).node}`
          expect(posted(path), path).toBe(1)
          expect(posted(`${path}/refund`), path).toBe(0)
        }
      expect(ends.flatMap(({ asked }) => asked).filter(({ kind }) => kind === 'parked')).toEqual([])
    })

    test('every node runs exactly once', () => {
      const nodes = RUNS.flatMap((seed) => Object.values(nodesOf('kill', seed)))
      expect(nodes.filter((name) => bench.pidsOf(name).length !== 1)).toEqual([])
    })
  })

  describe('and cancelled on the way', () => {
    let ends: readonly End[]
    beforeAll(async () => {
      const first = await bench.startWorker()
      const ids = await Promise.all(RUNS.map((seed) => start('cancel', seed)))
      await pause(createRandom(8)() * 1000)
      await first.kill()
      const last = await bench.startWorker()
      await Promise.all(ids.map((id, seed) => cancelSometime(id, 2 + (seed % 9), nodesOf('cancel', seed).node)))
      ends = await followAll('cancel', ids)
      await last.kill()
    }, STORY_MS)

    /** Cancels once so many steps are over and nobody is asked what happened; the last gate keeps a run from its end. */
    async function cancelSometime(id: string, steps: number, node: string): Promise<void> {
      await until(async () => {
        const state = await bench.engine.runState(id).catch(() => null)
        const parked = state?.gates.find(({ kind }) => kind !== 'approval')
        if (parked !== undefined) {
          const { verb, value = null } = answerFor(node)(parked)
          await bench.engine.say(id, verb, { gate: parked.id, hash: parked.snapshotHash, by: 'ada', value })
          return false
        }
        if ((state?.steps.filter(({ status }) => status === 'completed').length ?? 0) < steps) return false
        await bench.engine.say(id, 'cancel', { by: 'ada', why: 'no longer wanted' })
        return true
      }, 120_000)
    }

    test('every run ends as cancelled, with nothing left', () => {
      expect(ends.map(({ result }) => result.outcome)).toEqual(RUNS.map(() => 'cancelled'))
      expect(ends.flatMap(({ result }) => result.left)).toEqual([])
    })

    test('what was charged was given back, once each', () => {
      for (const seed of RUNS)
        for (const charge of [1, 2, 3]) {
          const path = `/charge_${charge}/${nodesOf('cancel', seed).node}`
          expect(posted(path), path).toBeLessThanOrEqual(1)
          expect(posted(`${path}/refund`), path).toBe(posted(path))
        }
    })

    test('what ran before runs, and what did not does not', () => {
      const nodes = RUNS.map((seed) => nodesOf('cancel', seed))
      expect(nodes.map(({ peer }) => bench.pidsOf(peer).length)).toEqual(RUNS.map(() => 1))
      expect(nodes.map(({ node }) => bench.pidsOf(node).length)).toEqual(RUNS.map(() => 0))
    })
  })
})
