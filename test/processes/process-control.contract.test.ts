import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Node, ProcessControlSpec } from '../../src/inventory/inventory.ts'
import { createProcessControl } from '../../src/processes/process-control.ts'
import { factsOf } from '../../src/processes/process-facts.ts'

const node: Node = { name: 'node-1', address: 'http://127.0.0.1:5999', zone: null, aliases: [], spare: false }
const never = new AbortController().signal
const SITS = 'console.log("up", ...process.argv.slice(1)); setInterval(() => {}, 1000)'
const DEAF = `process.on("SIGTERM", () => {}); ${SITS}`

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phix-processes-'))
})
afterEach(async () => {
  await createProcessControl(specOf(SITS, { stopGraceMs: 0 })).stop(node, never)
  rmSync(folder, { recursive: true, force: true })
})

const specOf = (script: string, more: Partial<ProcessControlSpec> = {}): ProcessControlSpec => ({
  kind: 'process',
  command: [process.execPath, '-e', script, '{node}', '--listen={address}', 'p{port}'],
  cwd: null,
  env: {},
  stateFolder: folder,
  stopGraceMs: 2_000,
  ...more,
})

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 8_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not so within 8 s: ${what}`)
    await new Promise((done) => setTimeout(done, 10))
  }
}
const log = (): string => readFileSync(join(folder, 'node-1.log'), 'utf8')
const isUp = (): Promise<void> =>
  until(() => existsSync(join(folder, 'node-1.log')) && log().includes('up'), 'it is up')
const isRunning = (pid: number): boolean => (factsOf(pid)?.state ?? 'zombie') !== 'zombie'

describe('start', () => {
  test('starts the command as its own session, with names filled in, its output appended to the log', async () => {
    writeFileSync(join(folder, 'node-1.log'), 'earlier\n')
    const { started, pid } = await createProcessControl(specOf(SITS)).start(node, never)
    await isUp()
    expect(started).toBe(true)
    expect(log()).toBe('earlier\nup node-1 --listen=http://127.0.0.1:5999 p5999\n')
    expect(factsOf(pid)?.groupId).toBe(pid)
    expect(JSON.parse(readFileSync(join(folder, 'node-1.json'), 'utf8'))).toEqual({
      pid,
      startMark: factsOf(pid)?.startMark,
    })
  })

  test('gives the process its own variables and none of ours', async () => {
    process.env['PHIX_TEST_SECRET'] = 'hidden'
    const spec = specOf('console.log("up", process.env.OWN, process.env.PHIX_TEST_SECRET)', { env: { OWN: 'mine' } })
    await createProcessControl(spec).start(node, never)
    delete process.env['PHIX_TEST_SECRET']
    await isUp()
    expect(log()).toBe('up mine undefined\n')
  })

  test('a second start answers the process that runs', async () => {
    const control = createProcessControl(specOf(SITS))
    const first = await control.start(node, never)
    expect(await control.start(node, never)).toEqual({ started: false, pid: first.pid })
  })

  test('two processes that start it at the same instant make one', async () => {
    const program = join(folder, 'start.mts')
    const source = resolve('src/processes/process-control.ts')
    writeFileSync(
      program,
      `import { createProcessControl } from ${JSON.stringify(source)}
       const control = createProcessControl(JSON.parse(process.argv[2]))
       await new Promise((done) => setTimeout(done, Number(process.argv[4]) - Date.now()))
       console.log(JSON.stringify(await control.start(JSON.parse(process.argv[3]), new AbortController().signal)))`,
    )
    const at = String(Date.now() + 2_500)
    const args = ['--import', 'tsx', program, JSON.stringify(specOf(SITS)), JSON.stringify(node), at]
    const answers = await Promise.all([1, 2, 3].map(() => outputOf(args)))
    expect(answers.filter(({ started }) => started)).toHaveLength(1)
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1)
    expect(readdirSync(folder).filter((name) => name.includes('.claim.'))).toEqual([])
  })

  test('adopts a process whose starter died before it wrote the record', async () => {
    const control = createProcessControl(specOf(SITS))
    const { pid } = await control.start(node, never)
    rmSync(join(folder, 'node-1.json'))
    expect(await control.status(node)).toEqual({ running: true, pid })
    expect(await control.start(node, never)).toEqual({ started: false, pid })
  })

  test('a record cut in half is no record', async () => {
    const control = createProcessControl(specOf(SITS))
    const { pid } = await control.start(node, never)
    writeFileSync(join(folder, 'node-1.json'), '{"pid": 12')
    expect(await control.status(node)).toEqual({ running: true, pid })
  })

  test('a claim left by a dead process holds nobody up', async () => {
    writeFileSync(join(folder, `node-1.claim.4194000.${Buffer.from('no:1').toString('hex')}.x`), '')
    expect((await createProcessControl(specOf(SITS)).start(node, never)).started).toBe(true)
  })

  test('a claim of a living process is waited for until the signal aborts', async () => {
    const mark = Buffer.from(factsOf(process.pid)?.startMark ?? '').toString('hex')
    const held = join(folder, `node-1.claim.${process.pid}.${mark}.x`)
    writeFileSync(held, '')
    await expect(createProcessControl(specOf(SITS)).start(node, AbortSignal.timeout(100))).rejects.toThrow()
    rmSync(held)
    expect(await createProcessControl(specOf(SITS)).status(node)).toEqual({ running: false, pid: null })
  })

  test('a program that does not exist is an error that names it', async () => {
    const control = createProcessControl({ ...specOf(SITS), command: ['no-such-program'] })
    await expect(control.start(node, never)).rejects.toThrow('`no-such-program` could not be started for `node-1`')
  })

  test('a node whose name is a path is refused', async () => {
    await expect(createProcessControl(specOf(SITS)).start({ ...node, name: '../x' }, never)).rejects.toThrow('../x')
  })
})

describe('status', () => {
  test('a pid that belongs to another process now does not count', async () => {
    writeFileSync(join(folder, 'node-1.json'), JSON.stringify({ pid: process.pid, startMark: 'another' }))
    const control = createProcessControl(specOf(SITS))
    expect(await control.status(node)).toEqual({ running: false, pid: null })
    expect(await control.stop(node, never)).toEqual({ stopped: false, forced: false })
  })

  test('a zombie does not count', async () => {
    // A shell that never waits for its child keeps it as a zombie.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] })
    const pid = Number(await new Promise((done) => parent.stdout.once('data', done)))
    await until(() => factsOf(pid)?.state === 'zombie', 'it is a zombie')
    writeFileSync(join(folder, 'node-1.json'), JSON.stringify({ pid, startMark: factsOf(pid)?.startMark }))
    expect((await createProcessControl(specOf(SITS)).status(node)).running).toBe(false)
    parent.kill('SIGKILL')
  })
})

describe('stop', () => {
  test('asks first, and the process is gone when it answers', async () => {
    const control = createProcessControl(specOf(SITS))
    const { pid } = await control.start(node, never)
    await isUp()
    expect(await control.stop(node, never)).toEqual({ stopped: true, forced: false })
    expect(isRunning(pid)).toBe(false)
    expect(await control.stop(node, never)).toEqual({ stopped: false, forced: false })
  })

  test('makes one that does not listen, with what it started', async () => {
    const child = 'const c = require("child_process").spawn("sleep", ["30"]); console.log("child", c.pid);'
    const control = createProcessControl(specOf(child + DEAF, { stopGraceMs: 100 }))
    const { pid } = await control.start(node, never)
    await isUp()
    const childPid = Number(/child (\d+)/.exec(log())?.[1])
    expect(await control.stop(node, never)).toEqual({ stopped: true, forced: true })
    expect(isRunning(pid)).toBe(false)
    await until(() => !isRunning(childPid), 'its child is gone')
  })

  test('makes one that is stopped', async () => {
    const control = createProcessControl(specOf(SITS, { stopGraceMs: 100 }))
    const { pid } = await control.start(node, never)
    await isUp()
    process.kill(pid, 'SIGSTOP')
    expect(await control.stop(node, never)).toEqual({ stopped: true, forced: true })
    expect(isRunning(pid)).toBe(false)
  })

  test('an aborted stop rejects and leaves a process that a later one ends', async () => {
    const control = createProcessControl(specOf(DEAF, { stopGraceMs: 5_000 }))
    await control.start(node, never)
    await isUp()
    await expect(control.stop(node, AbortSignal.timeout(100))).rejects.toThrow()
    expect((await control.status(node)).running).toBe(true)
  })
})

async function outputOf(args: readonly string[]): Promise<{ readonly started: boolean; readonly pid: number }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await new Promise((done) => child.once('close', done))
  return JSON.parse(text) as { started: boolean; pid: number }
}
