// A cascade, and SIGKILL of the worker, of the Temporal server, or of both, at moments left to chance. What happened is read
// outside of Phix: in the process table, in the starts that the nodes themselves wrote down, in Temporal's times.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Decision } from '../../src/guard/protocol.ts'
import type { JournalRecord } from '../../src/journal/journal.ts'
import { labInventoryYaml } from '../../src/lab/lab-inventory.ts'
import type { Engine, RunSummary } from '../../src/temporal/engine.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { engineOf } from './in-process-engine.ts'
import { startPhix, until, type PhixUp } from './phix-up.ts'
import { sampleProcesses } from './process-samples.ts'
import { createRandom, isAcceptance, pick, SEED } from './seeds.ts'
import { readToldTriggers, unanswered, type ToldTrigger } from './told-triggers.ts'
import { NODES, untilWell } from './well-lab.ts'

const MOMENTS = isAcceptance ? 50 : 3
const MOMENT_MS = 240_000
/** From the fault to the end of a cascade that nobody disturbs. */
const CASCADE_MS = 16_000
const FAULTS = ['kill', 'slow', 'hang'] as const
const VICTIMS = [['worker'], ['temporal'], ['worker', 'temporal']] as const
const RESTART = 'service.restart'

/** What is known of one moment once everything is well again. */
interface Moment {
  readonly name: string
  readonly broken: readonly string[]
  readonly brokenAt: number
  readonly killedAt: number
  readonly runs: readonly RunSummary[]
  /** When each broken node's processes began to listen since then, by its own log. */
  readonly starts: Readonly<Record<string, readonly number[]>>
  /** Nodes that were well and have another process now. */
  readonly touched: readonly string[]
  readonly mostProcessesOfANode: number
  readonly mostMissing: number
  /** The attempts at a restart that the journal has of these runs. */
  readonly attempts: readonly { readonly node: string; readonly at: number; readonly workflowId: string | null }[]
}

describeWithTemporal(`a cascade while what heals it is killed, ${MOMENTS} times (PHIX_SEED=${SEED})`, () => {
  let up: PhixUp
  let engine: Engine
  let triggers: readonly ToldTrigger[]
  const moments: Moment[] = []
  const random = createRandom(14)

  beforeAll(async () => {
    up = await startPhix({ inventory: (layout) => labInventoryYaml(layout, { acceptance: true }) })
    engine = await engineOf(up)
    for (let index = 0; index < MOMENTS; index++) moments.push(await liveThrough(index))
    triggers = await readToldTriggers(up.temporalAddress(), 'ollama')
  }, MOMENTS * MOMENT_MS)
  afterAll(async () => {
    await engine.close()
    await up.remove()
  }, 60_000)

  async function liveThrough(index: number): Promise<Moment> {
    await untilWell(up)
    const broken = NODES.toSorted(() => random() - 0.5).slice(0, 3)
    const fault = FAULTS[index % FAULTS.length] ?? 'kill'
    const victims = isAcceptance ? pick(random, VICTIMS) : (VICTIMS[index % VICTIMS.length] ?? [])
    const afterMs = Math.round(random() * CASCADE_MS)
    const name = `${index}: ${broken.join(' ')} ${fault}, ${victims.join(' and ')} killed ${afterMs} ms later`
    console.log(name)

    const well = NODES.filter((node) => !broken.includes(node))
    const before = well.map((node) => up.world.nodePid(node))
    const samples = sampleProcesses(up, NODES)
    const brokenAt = Date.now()
    const { code, stderr } = await up.phix('lab', 'break', ...broken, fault)
    expect(code, stderr).toBe(0)
    await pause(afterMs)
    const killedAt = Date.now()
    for (const victim of victims) process.kill(up.partPid(victim) ?? 0, 'SIGKILL')
    const runs = await closedSince(brokenAt, name)
    await untilWell(up)
    samples.stop()
    return {
      ...{ name, broken, brokenAt, killedAt, runs },
      starts: Object.fromEntries(broken.map((node) => [node, up.world.startsOf(node).filter((at) => at > brokenAt)])),
      touched: well.filter((node, which) => up.world.nodePid(node) !== before[which]),
      mostProcessesOfANode: samples.mostOfOne(),
      // A killed node is missing by itself.
      mostMissing: samples.mostMissing(fault === 'kill' ? well : NODES),
      attempts: (await Promise.all(runs.map(restartsOf))).flat(),
    }
  }

  /** Waits until a run has begun since then and all that began are closed. */
  async function closedSince(since: number, name: string): Promise<readonly RunSummary[]> {
    let runs: readonly RunSummary[] = []
    const areClosed = async (): Promise<boolean> => {
      const all = await engine.listRuns({ limit: 20 }).catch(() => [])
      runs = all.filter(({ startedAt }) => startedAt >= since)
      return runs.length > 0 && runs.every(({ status }) => status !== 'open')
    }
    await until(areClosed, MOMENT_MS / 2, () => `${name}\n${JSON.stringify(runs)}\n${up.said().slice(-2_000)}`)
    return runs
  }

  async function restartsOf({ workflowId }: RunSummary): Promise<Moment['attempts']> {
    const { records } = await up.json<{ records: readonly JournalRecord[] }>(
      ...['history', '--run', workflowId, '--kind', 'step', '--limit', '1000'],
    )
    return records.flatMap(({ at, body, workflowId: run }) => {
      const { event, action, args } = body as { event: string; action: string; args: { target?: string } }
      return event === 'begun' && action === RESTART ? [{ node: args.target ?? '', at, workflowId: run }] : []
    })
  }
  const decisionsOn = async (target: string): Promise<readonly Decision[]> =>
    (await up.json<{ decisions: readonly Decision[] }>('why', target, '--limit', '5000')).decisions
  const expectOfEach = (check: (moment: Moment) => void): void => {
    expect(moments).toHaveLength(MOMENTS)
    for (const moment of moments) check(moment)
  }

  test('the kills did hit runs that were under way', () => {
    const hits = moments.filter(({ killedAt, runs }) =>
      runs.some(({ startedAt, closedAt }) => startedAt <= killedAt && killedAt <= (closedAt ?? 0)),
    )
    expect(hits.length).toBeGreaterThan(0)
  })

  test('I1: no two runs are open at once where one has the lock of the cluster', () => {
    expectOfEach(({ name, runs }) => {
      const ordered = runs.toSorted((a, b) => a.startedAt - b.startedAt)
      for (const [index, run] of ordered.entries())
        for (const later of ordered.slice(index + 1))
          expect(later.startedAt, `${name}: ${run.workflowId}, ${later.workflowId}`).toBeGreaterThanOrEqual(
            run.closedAt ?? Number.POSITIVE_INFINITY,
          )
    })
  })

  test('I2, I7: one run each, for the cascade, and it comes to its end', () => {
    expect(
      moments.map(({ name, runs }) => [name, runs.map(({ runbook, outcome }) => `${runbook} ${outcome}`)]),
    ).toEqual(moments.map(({ name }) => [name, ['cascading-failure effective']]))
  })

  test('I4, I5: a process was started for an attempt of a run, never twice for one, and only where it was ill', () => {
    expectOfEach(({ name, broken, starts, attempts, runs, touched }) => {
      expect(touched, name).toEqual([])
      for (const node of broken) {
        const begun = attempts.filter((attempt) => attempt.node === node)
        const started = starts[node] ?? []
        expect(started.length, `${name}: ${node}`).toBeGreaterThan(0)
        expect(started.length, `${name}: ${node}`).toBeLessThanOrEqual(begun.length)
        for (const at of started)
          expect(
            begun.some((attempt) => attempt.at <= at),
            `${name}: ${node}`,
          ).toBe(true)
        for (const { workflowId } of begun) expect(runs.map((run) => run.workflowId)).toContain(workflowId)
      }
    })
  })

  test('I6: they are restarted one after the other, and no node ever has two processes', () => {
    expectOfEach(({ name, mostMissing, mostProcessesOfANode }) => {
      expect(mostMissing, name).toBeLessThanOrEqual(1)
      expect(mostProcessesOfANode, name).toBe(1)
    })
  })

  test('I3, I4: each run has its decision and plan, each trigger its answer; also after Temporal has forgotten all of it', async () => {
    expect(await up.down()).toEqual([])
    for (const file of readdirSync(up.dataFolder).filter((each) => each.startsWith('temporal.db')))
      rmSync(join(up.dataFolder, file))
    const decisions = (await Promise.all(['ollama', ...NODES].map(decisionsOn))).flat()
    expect(triggers.length).toBeGreaterThanOrEqual(MOMENTS)
    expect(unanswered(triggers, decisions)).toEqual([])
    const started = decisions.filter(({ kind }) => kind === 'started')
    const runs = moments.flatMap((moment) => moment.runs.map(({ workflowId }) => workflowId))
    expect(started).toHaveLength(runs.length)
    expect(new Set(started.map(({ workflowId }) => workflowId))).toEqual(new Set(runs))
    for (const { planHash } of started) expect(planHash).toMatch(/^[0-9a-f]{64}$/)
  }, 60_000)
})
