// The story of the README, told to a real lab and checked in the world: process table, sockets, the balancer's counts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunSummary } from '../../src/temporal/engine.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { startPhix, until, type PhixUp } from './phix-up.ts'

const HEALED_MS = 60_000

describeWithTemporal('a lab that is watched', () => {
  let up: PhixUp
  beforeAll(async () => {
    up = await startPhix()
  }, 120_000)
  afterAll(() => up.remove(), 60_000)

  const runsOn = async (target: string): Promise<readonly RunSummary[]> =>
    (await up.json<{ runs: readonly RunSummary[] }>('list', '--target', target)).runs
  const lastRun = async (target: string, runbook: string): Promise<RunSummary> => {
    let found: RunSummary | undefined
    const closed = async (): Promise<boolean> => {
      found = (await runsOn(target)).find((run) => run.runbook === runbook && run.status !== 'open')
      return found !== undefined
    }
    await until(closed, HEALED_MS, () => up.said())
    return found as RunSummary
  }
  const backend = async (node: string): Promise<'in' | 'out' | undefined> =>
    (await up.world.backends()).find(({ name }) => name === node)?.state

  test(
    'a killed node is restarted and verified, once',
    async () => {
      await until(() => up.world.isHealthy('node-2'), 20_000)
      const before = up.world.nodePid('node-2')
      expect((await up.phix('lab', 'break', 'node-2', 'kill')).code).toBe(0)
      expect(up.world.nodePid('node-2')).not.toBe(before)
      await until(
        () => up.world.isHealthy('node-2'),
        HEALED_MS,
        () => up.said(),
      )
      const run = await lastRun('node-2', 'single-node-recovery')
      expect(run).toMatchObject({ outcome: 'effective', status: 'completed' })
      expect(up.world.nodePid('node-2')).not.toBe(before)
      expect(await runsOn('node-2')).toHaveLength(1)
      expect(await up.world.successRate(3000)).toBeGreaterThan(0.95)
    },
    2 * HEALED_MS,
  )

  test(
    'a node that does not come back is taken out, its load moved and a replica added',
    async () => {
      expect((await up.phix('lab', 'break', 'node-3', 'kill', '--for-good')).code).toBe(0)
      const run = await lastRun('node-3', 'single-node-recovery')
      expect(run.outcome).toBe('effective')
      expect(await up.world.isHealthy('node-3')).toBe(false)
      expect(await backend('node-3')).toBe('out')
      expect(await backend('node-6')).toBe('in')
      expect(up.world.nodePid('node-6')).not.toBeNull()
      expect(await up.world.successRate(3000)).toBeGreaterThan(0.95)
    },
    2 * HEALED_MS,
  )

  test(
    'a node that answers again is taken back, and the extra replica goes',
    async () => {
      expect((await up.phix('lab', 'heal', 'node-3')).code).toBe(0)
      const run = await lastRun('node-3', 'return-to-service')
      expect(run.outcome).toBe('effective')
      expect(await backend('node-3')).toBe('in')
      expect(await backend('node-6')).not.toBe('in')
      expect(up.world.nodePid('node-6')).toBeNull()
    },
    2 * HEALED_MS,
  )

  test('a run on a healthy node ends as recovered and changes nothing', async () => {
    const before = up.world.nodePid('node-4')
    const run = await up.phix('run', 'single-node-recovery', '--input', 'node=node-4', '--wait')
    expect(run.code, run.stderr).toBe(0)
    expect(run.stdout).toContain('recovered')
    expect(up.world.nodePid('node-4')).toBe(before)
  })

  test('Ctrl-C leaves no process behind', async () => {
    expect(await up.down()).toEqual([])
  }, 60_000)
})
