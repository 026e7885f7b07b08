// A person stops the automation, and lets it go again: told to a real lab, checked in its processes and in the journal.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JournalRecord } from '../../src/journal/journal.ts'
import type { RunSummary } from '../../src/temporal/engine.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { startPhix, until, type PhixUp } from './phix-up.ts'

const LIMIT_MS = 90_000

describeWithTemporal('a lab whose automation a person stops', () => {
  let up: PhixUp
  beforeAll(async () => {
    up = await startPhix()
  }, 120_000)
  afterAll(() => up.remove(), 60_000)

  const runsOn = async (target: string): Promise<readonly RunSummary[]> =>
    (await up.json<{ runs: readonly RunSummary[] }>('list', '--target', target)).runs
  const decisionsOn = async (node: string): Promise<readonly { kind: string; reason: string }[]> =>
    (await up.json<{ decisions: readonly { kind: string; reason: string }[] }>('why', node)).decisions
  const said = async (...words: string[]): Promise<string> => (await up.phix(...words)).stdout
  const backend = async (node: string): Promise<'in' | 'out' | undefined> =>
    (await up.world.backends()).find(({ name }) => name === node)?.state

  test(
    'nothing starts while it is frozen, by itself or by hand, and every answer says so; a thaw heals',
    async () => {
      await until(() => up.world.isHealthy('node-2'), LIMIT_MS)
      expect((await up.phix('freeze', '--all', '--for', '10m', '--why', 'migration')).code).toBe(0)
      expect((await said('status')).split('\n')[0]).toMatch(/is frozen for .* by tester, .*: migration$/)
      await up.phix('lab', 'break', 'node-2', 'kill')
      await until(async () => (await decisionsOn('node-2'))[0]?.reason === 'frozen', LIMIT_MS)
      const asked = await up.phix('run', 'single-node-recovery', '--input', 'node=node-2')
      expect(asked.code).toBe(4)
      expect(asked.stderr).toContain('frozen by `tester`')
      expect(await runsOn('node-2')).toEqual([])
      expect(await up.world.isHealthy('node-2')).toBe(false)
      expect((await up.phix('thaw', '--all', '--why', 'done')).code).toBe(0)
      await until(() => up.world.isHealthy('node-2'), LIMIT_MS)
      const audits = async (): Promise<readonly string[]> =>
        (await up.json<{ records: readonly JournalRecord[] }>('history', '--kind', 'audit')).records
          .map(({ body }) => (body as { what: string }).what)
          .filter((what) => what === 'freeze' || what === 'thaw')
      await until(async () => (await audits()).length === 2, LIMIT_MS)
      expect(await said('history', '--kind', 'audit')).toContain('migration')
    },
    3 * LIMIT_MS,
  )

  test(
    'a paused run begins no further step until it is let go; an acknowledged and a reset node are in the history',
    async () => {
      await up.phix('lab', 'break', 'node-3', 'kill', '--for-good')
      let id = ''
      const isWaiting = async (): Promise<boolean> => {
        id = (await runsOn('node-3')).find(({ status }) => status === 'open')?.workflowId ?? ''
        return id !== '' && (await said('show', id)).includes('Wait until it answers again')
      }
      await until(isWaiting, LIMIT_MS)
      expect((await up.phix('pause', id, '--why', 'let me look', '--yes')).code).toBe(0)
      expect((await up.phix('ack', 'node-3')).code).toBe(0)
      await until(async () => (await said('show', id)).includes('✗ Wait until it answers again'), LIMIT_MS)
      const shown = await said('show', id)
      expect(shown).toMatch(/! paused by tester until .* let me look/)
      expect(await backend('node-3')).not.toBe('out')
      expect((await up.phix('resume', id, '--yes')).code).toBe(0)
      await until(async () => (await backend('node-3')) === 'out', LIMIT_MS)
      const reset = await up.phix('reset', 'node-3', '--why', 'new disk')
      expect(reset.stdout).toContain('`tester` cleared 1 attempt(s)')
      await until(async () => {
        const history = await said('history', '--node', 'node-3', '--since', '7d')
        return ['paused the run', 'let the run go on', 'is on it', 'cleared 1'].every((text) => history.includes(text))
      }, LIMIT_MS)
    },
    4 * LIMIT_MS,
  )
})
