// How long a dead node stays dead: one real kill after the other, at 1 Hz beats, measured from the signal to the first
// changing action and to the end of verify's stable window. One at a time, on a machine with nothing else to do.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JournalRecord } from '../../src/journal/journal.ts'
import { labInventoryYaml } from '../../src/lab/lab-inventory.ts'
import type { Engine, RunSummary } from '../../src/temporal/engine.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { engineOf } from './in-process-engine.ts'
import { startPhix, until, type PhixUp } from './phix-up.ts'
import { createRandom, isAcceptance, pick, SEED } from './seeds.ts'
import { NODES, untilWell } from './well-lab.ts'

const KILLS = isAcceptance ? 50 : 5
const KILL_MS = 180_000
const HEALED_MS = 60_000
/** A detector knows a rhythm once it has heard some of it (decision 0507). */
const LEARN_MS = 60_000
const FIRST_ACTION_WITHIN_MS = 6_000
const VERIFIED_WITHIN_MS = 15_000

interface Recovery {
  readonly node: string
  readonly outcome: string | null
  /** When its restart was dispatched, by the journal. */
  readonly firstActionMs: number
  /** When a new process listened, by its own log. */
  readonly listensMs: number
  /** When the run closed, by Temporal: not before the stable window was over. */
  readonly verifiedMs: number
}

describeWithTemporal(`${KILLS} kills, one at a time (PHIX_SEED=${SEED})`, () => {
  let up: PhixUp
  let engine: Engine
  const recoveries: Recovery[] = []
  const random = createRandom(11)

  beforeAll(
    async () => {
      up = await startPhix({ inventory: (layout) => labInventoryYaml(layout, { acceptance: true }) })
      engine = await engineOf(up)
      await untilWell(up)
      await pause(LEARN_MS)
      for (let kill = 0; kill < KILLS; kill++) recoveries.push(await killOne())
      for (const times of ['firstActionMs', 'listensMs', 'verifiedMs'] as const) console.log(summaryOf(times))
    },
    LEARN_MS + (KILLS + 1) * KILL_MS,
  )
  afterAll(async () => {
    await engine.close()
    await up.remove()
  }, 60_000)

  async function killOne(): Promise<Recovery> {
    await untilWell(up)
    const node = pick(random, NODES)
    await pause(random() * 1_000)
    const killedAt = Date.now()
    process.kill(up.world.nodePid(node) ?? 0, 'SIGKILL')
    await until(async () => !(await up.world.isHealthy(node)), HEALED_MS)
    await until(() => up.world.isHealthy(node), HEALED_MS, up.said)
    const run = await closedSince(node, killedAt)
    const { records } = await up.json<{ records: readonly JournalRecord[] }>('history', '--run', run.workflowId)
    const begun = records.flatMap(({ kind, at, body }) =>
      kind === 'step' && (body as { event: string }).event === 'begun' ? [at] : [],
    )
    return {
      node,
      outcome: run.outcome,
      firstActionMs: Math.min(...begun) - killedAt,
      listensMs: Math.min(...up.world.startsOf(node).filter((at) => at > killedAt)) - killedAt,
      verifiedMs: (run.closedAt ?? Number.POSITIVE_INFINITY) - killedAt,
    }
  }

  async function closedSince(target: string, since: number): Promise<RunSummary> {
    let found: RunSummary | undefined
    const isClosed = async (): Promise<boolean> => {
      const runs = await engine.listRuns({ target, limit: 5 })
      found = runs.find(({ startedAt, status }) => startedAt >= since && status !== 'open')
      return found !== undefined
    }
    await until(isClosed, HEALED_MS, up.said)
    return found as RunSummary
  }

  const sorted = (times: 'firstActionMs' | 'listensMs' | 'verifiedMs'): readonly number[] =>
    recoveries.map((each) => each[times]).toSorted((a, b) => a - b)
  /** Nearest rank: of fewer than a hundred it is the worst. */
  const percentile = (share: number, of: readonly number[]): number => of[Math.ceil(share * of.length) - 1] ?? 0
  function summaryOf(times: 'firstActionMs' | 'listensMs' | 'verifiedMs'): string {
    const all = sorted(times)
    return `${times}: p50 ${percentile(0.5, all)}, p90 ${percentile(0.9, all)}, p99 ${percentile(0.99, all)} of ${all.length}`
  }

  test('each is healed by one run', () => {
    expect(recoveries.map(({ outcome }) => outcome)).toEqual(recoveries.map(() => 'effective'))
  })

  test('the first changing action comes within 6 s at p99, and before what it changes', () => {
    expect(percentile(0.99, sorted('firstActionMs')), summaryOf('firstActionMs')).toBeLessThanOrEqual(
      FIRST_ACTION_WITHIN_MS,
    )
    for (const { firstActionMs, listensMs } of recoveries) expect(firstActionMs).toBeLessThan(listensMs)
  })

  test('the stable window is over within 15 s at p99', () => {
    expect(percentile(0.99, sorted('verifiedMs')), summaryOf('verifiedMs')).toBeLessThanOrEqual(VERIFIED_WITHIN_MS)
  })
})
