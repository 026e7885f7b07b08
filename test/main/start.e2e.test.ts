// `npm start` as it is typed, and its end as a terminal or a service manager brings it about.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installationFolder } from '../../src/config/read-settings.ts'
import { processesOf, until, useFreePorts } from '../e2e/phix-up.ts'
import { describeWithTemporal } from '../temporal-server.ts'

// Where the checkout is not built yet, that is part of it.
const READY_MS = 120_000
const DOWN_MS = 60_000
const script = join(installationFolder(), 'scripts', 'start.mjs')

describeWithTemporal('the start of a clone', () => {
  let data: string
  let child: ChildProcess
  let said: string
  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'phix-start-'))
    await useFreePorts(data)
  })
  afterEach(() => {
    for (const { pid } of processesOf(data)) process.kill(pid, 'SIGKILL')
    rmSync(data, { recursive: true, force: true, maxRetries: 5 })
  })

  /** Types it in a shell of its own: a process group, as a terminal's foreground job is one. */
  async function startReady([command = '', ...words]: readonly string[]): Promise<void> {
    said = ''
    child = spawn(command, words, {
      cwd: installationFolder(),
      env: { ...process.env, PHIX_DATA_FOLDER: data, NO_COLOR: '1', npm_config_update_notifier: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until(
      () => said.includes('Ctrl-C stops everything') || child.exitCode !== null,
      READY_MS,
      () => said,
    )
    expect(said).toContain('Ctrl-C stops everything')
  }
  const isOver = () =>
    until(
      () => child.exitCode !== null || child.signalCode !== null,
      DOWN_MS,
      () => said,
    )
  const left = () => processesOf(data).map(({ command }) => command)

  // The shell between npm and the script ends by the signal that it got, and npm says the same of itself.
  test.each([
    { typed: 'npm start', words: ['npm', 'start'], ends: [0, 130, 'SIGINT'] },
    { typed: 'scripts/start.mjs', words: [process.execPath, script], ends: [0] },
  ])(
    '$typed says each part as it is there; Ctrl-C, which a terminal sends to all of it, leaves nothing running',
    async ({ words, ends }) => {
      await startReady(words)
      for (const part of ['lab', 'temporal', 'worker', 'server']) expect(said).toMatch(new RegExp(`^${part} `, 'm'))
      expect(left().length).toBeGreaterThan(8)
      process.kill(-(child.pid ?? 0), 'SIGINT')
      await isOver()
      expect(left()).toEqual([])
      expect(ends).toContain(child.signalCode ?? child.exitCode)
      // A part that the terminal's signal had reached past the supervisor would have been started again meanwhile.
      expect(said).not.toContain('starting it again')
      expect(said).not.toContain('The lab is left as it is')
    },
    READY_MS + DOWN_MS,
  )

  test(
    'SIGTERM, which the script alone hears, is passed on; it waits, and ends with 0 and nothing left',
    async () => {
      await startReady([process.execPath, script])
      child.kill('SIGTERM')
      await isOver()
      expect({ code: child.exitCode, signal: child.signalCode, left: left() }).toEqual({
        code: 0,
        signal: null,
        left: [],
      })
    },
    READY_MS + DOWN_MS,
  )
})
