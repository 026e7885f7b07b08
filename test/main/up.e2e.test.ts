import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { installationFolder } from '../../src/config/read-settings.ts'
import { processesWithVariable } from '../../src/processes/process-facts.ts'
import { describeWithTemporal } from '../temporal-server.ts'

const READY_MS = 60_000
const phix = join(installationFolder(), 'bin', 'phix')

// The steps build on each other, as a person's evening would: one start, one crash, one more start, one end.
describeWithTemporal('phix up', () => {
  let data: string
  let running: Up
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'phix-up-'))
    running = start()
    await running.ready()
  }, READY_MS)
  afterAll(() => {
    for (const pid of processesOf(data)) process.kill(pid, 'SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })

  interface Up {
    readonly child: ChildProcess
    readonly said: () => string
    readonly ready: () => Promise<void>
    readonly ended: Promise<number | null>
  }
  function start(): Up {
    const child = spawn(process.execPath, [phix, 'up'], {
      env: { ...process.env, PHIX_DATA_FOLDER: data },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, as a terminal gives each job one.
      detached: true,
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    return {
      child,
      said: () => text,
      ready: () =>
        vi.waitFor(() => expect(text).toMatch(/Ctrl-C stops everything/), { timeout: READY_MS, interval: 100 }),
      ended: new Promise((resolve) => child.once('exit', resolve)),
    }
  }
  const recordedPid = (part: string): number =>
    (JSON.parse(readFileSync(join(data, 'logs', `${part}.json`), 'utf8')) as { pid: number }).pid

  test('says one line for each part, then what to try', () => {
    const lines = running.said().split('\n')
    for (const part of ['lab', 'temporal', 'worker', 'server'])
      expect(
        lines.filter((line) => line.startsWith(`${part} `) && !line.includes('inventory')),
        part,
      ).toHaveLength(1)
    expect(running.said()).toMatch(/Try in a second terminal/)
  })

  test.each(['worker', 'server', 'temporal'])(
    'the %s is killed: it is started again, and that is said',
    async (part) => {
      const before = recordedPid(part)
      process.kill(before, 'SIGKILL')
      await vi.waitFor(
        () => {
          expect(running.said()).toMatch(new RegExp(`^${part} +ended; starting it again`, 'm'))
          expect(running.said().match(new RegExp(`^${part} +(watching|http|127)`, 'gm'))).toHaveLength(2)
        },
        { timeout: READY_MS, interval: 100 },
      )
      expect(recordedPid(part)).not.toBe(before)
    },
    READY_MS,
  )

  test('a second one on the same data says so and ends with 1', async () => {
    const second = start()
    expect(await second.ended).toBe(1)
    expect(second.said()).toContain(`already running here (process ${running.child.pid}`)
  })

  test(
    'the supervisor is killed: the next start takes over, and nothing is there twice',
    async () => {
      running.child.kill('SIGKILL')
      await running.ended
      const left = recordedPid('temporal')
      expect(processesOf(data)).toContain(left)
      running = start()
      await running.ready()
      expect(running.said()).toMatch(/temporal +ended one that an earlier start had left/)
      expect(processesOf(data)).not.toContain(left)
      expect(commandsOf(data).filter((command) => command.includes('start-dev'))).toHaveLength(1)
      expect(commandsOf(data).filter((command) => command.includes('--node node-1'))).toHaveLength(1)
    },
    READY_MS,
  )

  test(
    'Ctrl-C, which a terminal sends to its whole process group, ends everything that it started, the lab too',
    async () => {
      process.kill(-(running.child.pid ?? 0), 'SIGINT')
      expect(await running.ended).toBe(0)
      expect(commandsOf(data)).toEqual([])
      // The parts are in groups of their own: none of them ended before it was told to.
      const [, afterwards = ''] = running.said().split('Stopping everything')
      expect(afterwards).not.toContain('starting it again')
    },
    READY_MS,
  )

  test(
    'Ctrl-C twice ends it at once; only the lab, which is nobody’s child, is left for the next start',
    async () => {
      running = start()
      await running.ready()
      running.child.kill('SIGINT')
      await vi.waitFor(() => expect(running.said()).toContain('press Ctrl-C again to end it at once'), READY_MS)
      running.child.kill('SIGINT')
      expect(await running.ended).toBe(130)
      const parts = (): readonly string[] => commandsOf(data).filter((command) => !command.includes('/lab-'))
      await vi.waitFor(() => expect(parts()).toEqual([]), { timeout: READY_MS, interval: 100 })
    },
    2 * READY_MS,
  )

  test(
    'the address of the web UI that is printed answers',
    async () => {
      running = start()
      await running.ready()
      const [, address = ''] = /web UI +(http:\/\/\S+)/.exec(running.said()) ?? []
      expect((await fetch(address)).status).toBe(200)
    },
    2 * READY_MS,
  )
})

/** Seen from outside: whose command line or environment names the data folder. */
function processesOf(data: string): readonly number[] {
  const named = ps()
    .filter(({ command }) => command.includes(data))
    .map(({ pid }) => pid)
  const marked = processesWithVariable(`PHIX_DATA_FOLDER=${data}`).map(({ pid }) => pid)
  return [...new Set([...named, ...marked])]
}
const commandsOf = (data: string): readonly string[] => {
  const pids = processesOf(data)
  return ps()
    .filter(({ pid }) => pids.includes(pid))
    .map(({ command }) => command)
}
const ps = (): readonly { pid: number; command: string }[] =>
  execFileSync('ps', ['-ww', '-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
      return pid === undefined || command === undefined || command.startsWith('ps ')
        ? []
        : [{ pid: Number(pid), command }]
    })
