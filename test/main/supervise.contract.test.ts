import { createServer } from 'node:http'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { awaitReadyNote } from '../../src/main/ready-note.ts'
import { endLeftover, supervise, type Part, type PartSpec } from '../../src/main/supervise.ts'

let folder: string
let said: string[]
let parts: Part[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phix-supervise-'))
  said = []
  parts = []
})
afterEach(async () => {
  await Promise.all(parts.map((part) => part.stop()))
  rmSync(folder, { recursive: true, force: true })
})

// Says that it is ready, as the worker does, then stays.
const PROGRAM = `
const { writeFileSync, mkdirSync } = require('node:fs')
const folder = process.argv[2]
mkdirSync(folder + '/parts', { recursive: true })
writeFileSync(folder + '/parts/thing.ready', JSON.stringify({ pid: process.pid, text: 'is there' }))
console.log('started')
setInterval(() => {}, 1000)
`
function specOf(program: string): PartSpec {
  writeFileSync(join(folder, 'program.cjs'), program)
  return {
    name: 'thing',
    command: [process.execPath, join(folder, 'program.cjs'), folder],
    cwd: folder,
    env: {},
    ports: [],
    ready: (pid, signal) => awaitReadyNote(folder, 'thing', pid, signal),
    stopGraceMs: 2000,
  }
}
function start(spec: PartSpec): Part {
  const part = supervise(spec, folder, (line) => said.push(line))
  parts.push(part)
  return part
}
const recordedPid = (): number => (JSON.parse(readFileSync(join(folder, 'thing.json'), 'utf8')) as { pid: number }).pid
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a part that is killed is started again, and both are said', async () => {
  await start(specOf(PROGRAM)).up
  const first = recordedPid()
  process.kill(first, 'SIGKILL')
  await vi.waitFor(() => expect(said.filter((line) => line.includes('is there'))).toHaveLength(2), 10_000)
  expect(said.some((line) => /^thing +ended; starting it again/.test(line))).toBe(true)
  expect(recordedPid()).not.toBe(first)
})

test('stopping ends the process and starts no other', async () => {
  const part = start(specOf(PROGRAM))
  await part.up
  const pid = recordedPid()
  await part.stop()
  // Its parent, this process, may not have taken note of its end yet.
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000)
  expect(said).toHaveLength(1)
})

test('a part that ends at once is tried again with longer pauses, and its last words are told', async () => {
  start(specOf(`console.log('the port is taken'); process.exit(1)`))
  await vi.waitFor(() => expect(said.length).toBeGreaterThanOrEqual(2), 10_000)
  expect(said[0]).toContain('Its log ends with: the port is taken')
})

test('what a killed supervisor left is found by its record and ended', async () => {
  const spec = specOf(PROGRAM)
  await start(spec).up
  const pid = recordedPid()
  expect(await endLeftover(spec, folder)).toBe(true)
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000)
})

test('a part whose port a stranger holds is not started: the stranger would answer in its place', async () => {
  const stranger = createServer()
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', () => done()))
  const address = stranger.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  start({ ...specOf(PROGRAM), ports: [port] })
  await vi.waitFor(() => expect(said[0]).toContain(`Port ${port} is taken by another program`), 10_000)
  await new Promise((done) => stranger.close(done))
  await vi.waitFor(() => expect(said.at(-1)).toContain('is there'), 10_000)
})
