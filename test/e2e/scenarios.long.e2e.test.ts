// The scenarios, told apart: each is started by its real fault in a real lab, and exactly the right runbook runs, once. One
// lab a round, with the guards that ship; each scenario leaves it well before the next one begins.
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Decision } from '../../src/guard/protocol.ts'
import type { RunSummary } from '../../src/temporal/engine.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { startPhix, until, type PhixUp } from './phix-up.ts'
import { isAcceptance } from './seeds.ts'
import { readToldTriggers, unanswered } from './told-triggers.ts'
import { NODES, untilWell } from './well-lab.ts'

const ROUNDS = Array.from({ length: isAcceptance ? 3 : 1 }, (_, index) => index + 1)

const WITHIN_MS = 120_000
const QUIET_MS = 20_000

/** A drain as somebody would write it: the node is meant to be down afterwards. */
const DRAIN = `runbook: planned-drain
summary: Take a node out on purpose.
severity: low
automation: auto
inputs:
  node: { type: node }
steps:
  - uses: node.mark
    with: { node: "\${{ inputs.node }}", state: drained }
  - uses: load.rebalance
    with: { away_from: "\${{ inputs.node }}" }
  - uses: service.stop
    with: { target: "\${{ inputs.node }}" }
verify:
  that: requests.success_rate > 0.9
  within: 30s
  stable: 1s
`

/** And how somebody brings it back. */
const BRING_BACK = `runbook: bring-back
summary: Bring a node back that was taken out on purpose.
severity: low
automation: auto
inputs:
  node: { type: node }
steps:
  - uses: service.start
    with: { target: "\${{ inputs.node }}" }
  - waitUntil: node.probe
    with: { node: "\${{ inputs.node }}" }
    until: output.healthy
    timeout: 30s
  - uses: load.restore
    with: { node: "\${{ inputs.node }}" }
  - uses: node.mark
    with: { node: "\${{ inputs.node }}", state: serving }
verify:
  that: requests.success_rate > 0.9
  within: 30s
  stable: 1s
`

/** A deployment: it holds the cluster, and for a while no process of the node runs. Nothing marks the node as down. */
const DEPLOY = `runbook: rolling-deploy
summary: Roll a new version out, node after node.
severity: low
automation: auto
inputs:
  cluster: { type: cluster }
guard:
  lock: cluster
steps:
  - forEach: "\${{ ['node-1', 'node-2'] }}"
    key: item
    do:
      - uses: load.rebalance
        with: { away_from: "\${{ item }}" }
      - uses: service.stop
        with: { target: "\${{ item }}" }
      - wait: 12s
      - uses: service.start
        with: { target: "\${{ item }}" }
      - waitUntil: node.probe
        with: { node: "\${{ item }}" }
        until: output.healthy
        timeout: 30s
      - uses: load.restore
        with: { node: "\${{ item }}" }
verify:
  that: requests.success_rate > 0.9
  within: 30s
  stable: 1s
`

describe.each(ROUNDS)(`round %i of ${ROUNDS.length}`, () =>
  describeWithTemporal('the scenarios in a lab', () => {
    const shipped = resolve(import.meta.dirname, '../../runbooks')
    const runbooksFolder = mkdtempSync(join(tmpdir(), 'phix-runbooks-'))
    let up: PhixUp
    /** Ids of the runs that a test has accounted for. */
    const known = new Set<string>()

    beforeAll(async () => {
      for (const file of readdirSync(shipped).filter((name) => name.endsWith('.yaml')))
        copyFileSync(join(shipped, file), join(runbooksFolder, file))
      writeFileSync(join(runbooksFolder, 'planned-drain.yaml'), DRAIN)
      writeFileSync(join(runbooksFolder, 'bring-back.yaml'), BRING_BACK)
      writeFileSync(join(runbooksFolder, 'rolling-deploy.yaml'), DEPLOY)
      up = await startPhix({ runbooksFolder })
      await untilWell(up)
    }, 150_000)
    afterAll(async () => {
      await up.remove()
      rmSync(runbooksFolder, { recursive: true, force: true })
    }, 60_000)
    afterEach(async () => {
      await heal()
      await untilWell(up)
    }, 2 * WITHIN_MS)

    const newRuns = async (): Promise<readonly RunSummary[]> => {
      const { runs } = await up.json<{ runs: readonly RunSummary[] }>('list', '--limit', '100')
      return runs.filter(({ workflowId }) => !known.has(workflowId))
    }
    const seen = async (): Promise<string> => (await up.phix('why', 'ollama')).stdout + up.said().slice(-2_000)

    /** Waits until one new run of this runbook is open or closed; answers it. */
    async function appears(runbook: string): Promise<RunSummary> {
      let found: RunSummary | undefined
      const isThere = async (): Promise<boolean> => {
        found = (await newRuns()).find((run) => run.runbook === runbook)
        return found !== undefined
      }
      await until(isThere, WITHIN_MS).catch(async (error: unknown) => {
        throw new Error(`no run of ${runbook}: ${await seen()}`, { cause: error })
      })
      return found as RunSummary
    }

    /** Waits for the end of the one run, and shows that it was the only one. */
    async function endsAlone(runbook: string, outcome = 'effective'): Promise<RunSummary> {
      const { workflowId } = await appears(runbook)
      const closed = async () => (await newRuns()).find((run) => run.workflowId === workflowId)?.status !== 'open'
      await until(closed, WITHIN_MS, () => up.said())
      const runs = await newRuns()
      expect(runs.map((run) => run.runbook)).toEqual([runbook])
      expect(runs[0]?.outcome).toBe(outcome)
      for (const run of runs) known.add(run.workflowId)
      return runs[0] as RunSummary
    }

    /** Shows for a while that nothing is started. */
    async function staysQuiet(): Promise<void> {
      const endsAt = performance.now() + QUIET_MS
      await until(() => performance.now() > endsAt, 2 * QUIET_MS)
      expect(await newRuns()).toEqual([])
    }
    const decisionsOn = async (target: string): Promise<readonly Decision[]> =>
      (await up.json<{ decisions: readonly Decision[] }>('why', target, '--limit', '1000')).decisions
    const breakNode = async (...words: string[]): Promise<void> => {
      const { code, stderr } = await up.phix('lab', 'break', ...words)
      expect(code, stderr).toBe(0)
    }
    const heal = async (...nodes: string[]): Promise<void> => {
      const { code, stderr } = await up.phix('lab', 'heal', ...nodes)
      expect(code, stderr).toBe(0)
    }
    const bringBack = async (node: string): Promise<void> => {
      const run = await up.phix('run', 'bring-back', '--input', `node=${node}`, '--wait')
      expect(run.code, run.stdout + run.stderr).toBe(0)
      for (const { workflowId, runbook } of await newRuns()) if (runbook === 'bring-back') known.add(workflowId)
    }
    const approve = async (run: RunSummary): Promise<void> => {
      const isWaiting = async () => (await newRuns()).some((each) => each.workflowId === run.workflowId && each.waiting)
      await until(isWaiting, WITHIN_MS, () => up.said())
      const { code, stderr } = await up.phix('approve', run.workflowId, '--yes', '--why', 'seen')
      expect(code, stderr).toBe(0)
    }

    test(
      'answers that fail while health is well: the node is healed as if it were silent, and stays out while it is ill',
      async () => {
        await breakNode('node-2', 'errors')
        await endsAlone('single-node-recovery')
        const backends = await up.world.backends()
        expect(backends.find(({ name }) => name === 'node-2')?.state).toBe('out')
        await staysQuiet()
        await heal('node-2')
        await endsAlone('return-to-service')
      },
      3 * WITHIN_MS,
    )

    test(
      'a node that is starved: degraded performance',
      async () => {
        await breakNode('node-5', 'slow')
        await endsAlone('performance-degradation')
      },
      2 * WITHIN_MS,
    )

    test(
      'memory that is full: exhausted resources',
      async () => {
        await breakNode('node-3', 'memory')
        await endsAlone('resource-exhaustion')
      },
      2 * WITHIN_MS,
    )

    test(
      'a disk that is full: exhausted resources; the node is back once there is room',
      async () => {
        await breakNode('node-4', 'disk')
        await endsAlone('resource-exhaustion')
        await staysQuiet()
        await heal('node-4')
        await endsAlone('return-to-service')
      },
      3 * WITHIN_MS,
    )

    test(
      'errors after a change of configuration: it is rolled back',
      async () => {
        await breakNode('node-1', 'config')
        await endsAlone('configuration-rollback')
        expect((await decisionsOn('node-1')).filter(({ kind }) => kind === 'started')).toHaveLength(1)
      },
      2 * WITHIN_MS,
    )

    test(
      'three slow nodes: one cascade, and no run of a single node',
      async () => {
        await breakNode('node-1', 'node-2', 'node-3', 'slow')
        await endsAlone('cascading-failure')
        const shadowed = (await Promise.all(['node-1', 'node-2', 'node-3'].map(decisionsOn))).flat()
        expect(shadowed.some(({ message }) => message.includes('is shadowed by `cascading-failure`'))).toBe(true)
      },
      2 * WITHIN_MS,
    )

    test(
      'two leaders: the minority is told by who reaches whom, and stopped once a person agrees',
      async () => {
        await breakNode('node-4', 'node-5', 'partition', '--split-brain')
        const run = await appears('split-brain')
        expect(await up.world.isHealthy('node-4')).toBe(true)
        await approve(run)
        await endsAlone('split-brain')
        expect(await Promise.all(['node-3', 'node-4', 'node-5'].map((node) => up.world.isHealthy(node)))).toEqual([
          true,
          false,
          false,
        ])
        await heal()
        for (const node of ['node-4', 'node-5']) await bringBack(node)
      },
      3 * WITHIN_MS,
    )

    test(
      'all nodes dead: people are paged, and nothing is started anew before they agree',
      async () => {
        await breakNode(...NODES, 'kill')
        const run = await appears('total-failure')
        expect(await up.world.isHealthy('node-1')).toBe(false)
        await approve(run)
        await endsAlone('total-failure')
      },
      3 * WITHIN_MS,
    )

    test(
      'a node that is slow and well is left alone',
      async () => {
        const config = `${up.world.nodeAddress('node-2')}/config`
        const { values } = (await (await fetch(config)).json()) as { values: Record<string, number> }
        const put = (changed: Record<string, number>) =>
          fetch(config, { method: 'PUT', body: JSON.stringify({ values: changed }) })
        expect((await put({ ...values, token_delay_ms: 15 })).status).toBe(200)
        await staysQuiet()
        await put(values)
      },
      3 * WITHIN_MS,
    )

    test(
      'a planned drain, and a node that is meant to be down: left alone',
      async () => {
        const run = await up.phix('run', 'planned-drain', '--input', 'node=node-5', '--wait')
        expect(run.code, run.stderr).toBe(0)
        await endsAlone('planned-drain')
        expect(await up.world.isHealthy('node-5')).toBe(false)
        await staysQuiet()
        await bringBack('node-5')
      },
      3 * WITHIN_MS,
    )

    test(
      'a deployment that takes one node after the other down: nothing else is started, then or afterwards',
      async () => {
        const before = ['node-1', 'node-2'].map((node) => up.world.nodePid(node))
        const run = await up.phix('run', 'rolling-deploy', '--input', 'cluster=ollama', '--wait')
        expect(run.code, run.stdout + run.stderr).toBe(0)
        await endsAlone('rolling-deploy')
        await staysQuiet()
        expect(['node-1', 'node-2'].map((node) => up.world.nodePid(node))).not.toEqual(before)
        const joined = (await decisionsOn('node-1')).filter(({ kind }) => kind === 'joined')
        expect(joined.map(({ reason }) => reason)).toContain('locked')
      },
      3 * WITHIN_MS,
    )

    test(
      'every trigger that stood was answered, and `phix why` says so after Temporal has forgotten all of it',
      async () => {
        const triggers = await readToldTriggers(up.temporalAddress(), 'ollama')
        const runs = (await up.json<{ runs: readonly RunSummary[] }>('list', '--limit', '100')).runs
        expect(await up.down()).toEqual([])
        for (const file of readdirSync(up.dataFolder).filter((name) => name.startsWith('temporal.db')))
          rmSync(join(up.dataFolder, file))
        const decisions = (await Promise.all(['ollama', ...NODES].map(decisionsOn))).flat()
        expect(triggers.length).toBeGreaterThan(0)
        expect(unanswered(triggers, decisions)).toEqual([])
        const started = decisions.filter(({ kind }) => kind === 'started').map(({ workflowId }) => workflowId)
        expect(started).toHaveLength(runs.length)
        expect(new Set(started)).toEqual(new Set(runs.map(({ workflowId }) => workflowId)))
        await up.again()
      },
      3 * WITHIN_MS,
    )
  }),
)
