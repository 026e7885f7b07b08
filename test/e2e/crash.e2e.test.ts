// A worker dies by SIGKILL at exactly the point before or after an effect, for each idempotency class and many seeds.
// What happened is read in a ledger that is written outside of Phix, and in the process table.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Gate, Verb } from '../../src/plan/run.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { createRandom, isFull, pick, SEED } from './seeds.ts'
import { startWorkerBench, type Answer, type End, type WorkerBench } from './worker-bench.ts'

/** What a repeat means, and the action that stands for it here. */
const CLASSES = ['yes', 'check', 'no'] as const
type Class = (typeof CLASSES)[number]
const POINTS = ['before-effect', 'after-effect'] as const
type Point = (typeof POINTS)[number]

const SEEDS = Array.from({ length: isFull ? 60 : 20 }, (_, seed) => seed)
/** So many seeds of each class die with one worker; more would not fit through the bulkhead of one host. */
const TOGETHER = 7
const STORY_MS = isFull ? 1_800_000 : 600_000

const RUNBOOKS = {
  'restart-it': runbook('restart-it', 'service.restart', 'target: "${{ inputs.node }}"'),
  'start-it': runbook('start-it', 'service.start', 'target: "${{ inputs.node }}"'),
  'pay-it': runbook('pay-it', 'http.post', `url: "\${{ inputs.ledger + '/pay/' + inputs.node }}"`),
}
const RUNBOOK_OF: Readonly<Record<Class, keyof typeof RUNBOOKS>> = {
  yes: 'restart-it',
  check: 'start-it',
  no: 'pay-it',
}

function runbook(name: string, action: string, argument: string): string {
  const irreversible = action === 'http.post' ? '\n    irreversible: true' : ''
  return `runbook: ${name}
summary: One change that a crash may hit, then a mark that the run went on.
inputs:
  node: { type: node }
  ledger: { type: string }
steps:
  - id: change
    title: Change the world
    uses: ${action}${irreversible}
    with: { ${argument} }
    onFailure: park
  - id: mark
    title: Leave a mark
    uses: http.get
    with: { url: "\${{ inputs.ledger + '/mark/' + inputs.node }}" }
`
}

interface Story extends End {
  readonly seed: number
  readonly of: Class
  readonly node: string
  /** Pids of the node before the run began. */
  readonly before: readonly number[]
  /** Lines of the ledger that are this run's effects. */
  readonly effects: number
}

describeWithTemporal(`a worker that is killed under an action (PHIX_SEED=${SEED})`, () => {
  let bench: WorkerBench
  const nodeOf = (point: Point, of: Class, seed: number): string => `${point.split('-')[0]}-${of}-${seed}`
  beforeAll(async () => {
    const nodes = POINTS.flatMap((point) => CLASSES.flatMap((of) => SEEDS.map((seed) => nodeOf(point, of, seed))))
    bench = await startWorkerBench({ nodes, runbooks: RUNBOOKS })
  })
  afterAll(() => bench.end(), 60_000)

  const effectLine = (of: Class, node: string): string => (of === 'no' ? `POST /pay/${node}` : `start ${node}`)

  /** What a person does who looked at the ledger before answering. */
  const answerOf = (gate: Gate, node: string, random: () => number): Answer => {
    expect(gate.kind).toBe('uncertain')
    const happened = bench.ledger.count(`POST /pay/${node}`) > 0
    const verb = pick<Verb>(random, happened ? ['supply', 'skip'] : ['supply', 'skip', 'retry'])
    if (verb !== 'supply') return { verb }
    return {
      verb,
      value: { status: 200, ok: true, url: `${bench.ledger.url}/pay/${node}`, text: '', truncated: false },
    }
  }

  /** Runs one batch of every class into its crash, then lets another worker take over. */
  async function crash(point: Point, seeds: readonly number[]): Promise<readonly Story[]> {
    const doomed = seeds.flatMap((seed) => CLASSES.map((of) => ({ seed, of, node: nodeOf(point, of, seed) })))
    await Promise.all(doomed.filter(({ of }) => of === 'yes').map(({ node }) => bench.startNode(node)))
    const before = new Map(doomed.map(({ node }) => [node, bench.pidsOf(node)]))
    const dying = await bench.startWorker({ PHIX_FAILPOINT: `${point}:*:${doomed.length}` })
    const ids = await Promise.all(
      doomed.map(async ({ seed, of, node }) => {
        const waitMs = createRandom(seed)() * 200
        await new Promise((next) => setTimeout(next, waitMs))
        return bench.start(RUNBOOK_OF[of], { node, ledger: bench.ledger.url })
      }),
    )
    expect(await dying.ended).toBe('SIGKILL')
    const successor = await bench.startWorker()
    const ends = await bench.follow(ids, (workflowId, gate) => {
      const { node, seed } = doomed[ids.indexOf(workflowId)] ?? { node: '', seed: 0 }
      return answerOf(gate, node, createRandom(seed + 1000))
    })
    await successor.kill()
    return doomed.flatMap((each, index) => {
      const end = ends[index]
      const effects = bench.ledger.count(effectLine(each.of, each.node))
      return end === undefined ? [] : [{ ...each, ...end, before: before.get(each.node) ?? [], effects }]
    })
  }

  describe.each(POINTS)('%s', (point) => {
    const stories: Story[] = []
    const of = (wanted: Class): readonly Story[] => stories.filter((story) => story.of === wanted)
    beforeAll(async () => {
      for (let first = 0; first < SEEDS.length; first += TOGETHER)
        stories.push(...(await crash(point, SEEDS.slice(first, first + TOGETHER))))
    }, STORY_MS)

    test('every run of every class finishes, and goes on after the step', () => {
      expect(stories).toHaveLength(CLASSES.length * SEEDS.length)
      expect(stories.filter(({ result }) => result.outcome !== 'effective')).toEqual([])
      expect(stories.filter(({ node }) => bench.ledger.count(`GET /mark/${node}`) !== 1)).toEqual([])
    })

    test('what may be repeated is repeated, and the node runs once, anew', () => {
      const extra = point === 'before-effect' ? 0 : 1
      for (const { node, before, effects, asked } of of('yes')) {
        // One start before the run, one by the run, one more where the crash came after it.
        expect(effects, node).toBe(2 + extra)
        expect(bench.pidsOf(node), node).toHaveLength(1)
        expect(before, node).toHaveLength(1)
        expect(bench.pidsOf(node), node).not.toEqual(before)
        expect(asked, node).toEqual([])
      }
    })

    test('what looks before it acts acts once', () => {
      for (const { node, effects, asked } of of('check')) {
        expect(effects, node).toBe(1)
        expect(bench.pidsOf(node), node).toHaveLength(1)
        expect(asked, node).toEqual([])
      }
    })

    test('what must not be repeated happens at most once, and each time a person is asked', () => {
      for (const { node, effects, asked } of of('no')) {
        const retried = asked[0]?.said === 'retry'
        expect(effects, node).toBe(point === 'after-effect' || retried ? 1 : 0)
        expect(asked, node).toEqual([{ kind: 'uncertain', gate: 'change', said: asked[0]?.said }])
      }
    })
  })
})
