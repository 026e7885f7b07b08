// One contract, two stores: what every journal must hold, on real files and a real PostgreSQL.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Journal, JournalRecord } from '../../src/journal/journal.ts'
import { openJournal } from '../../src/journal/open-journal.ts'
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server.ts'

const record = (id: string, change: Partial<JournalRecord> = {}): JournalRecord => ({
  id,
  kind: 'decision',
  at: 1_000,
  cluster: 'lab',
  target: 'node-1',
  workflowId: `run/${id}`,
  body: { message: 'a `b` "c"\n\u0000 ü 💥' },
  ...change,
})

interface Place {
  location(): string
  /** Tries to change history behind the journal's back; must reject. */
  tamper(statement: string): Promise<void>
}

function contract(place: Place): void {
  let journal: Journal
  beforeAll(async () => {
    journal = await openJournal(place.location())
  })
  afterAll(() => journal?.close())

  test('keeps what was appended, letter by letter', async () => {
    expect(await journal.append([record('a')])).toBe(1)
    expect(await journal.read({ workflowId: 'run/a' })).toMatchObject([record('a')])
  })
  test('writing twice is writing once: the first of an id in its kind wins, also inside one batch', async () => {
    await journal.append([record('b', { at: 1 })])
    expect(await journal.append([record('b', { at: 2 }), record('b', { at: 3 }), record('b2')])).toBe(1)
    expect(await journal.append([record('b', { kind: 'run' })])).toBe(1)
    expect((await journal.read({ kind: 'decision', workflowId: 'run/b' })).map(({ at }) => at)).toEqual([1])
  })
  test('reads newest first by time, then by order of appending, and by every filter', async () => {
    const rows = [5, 9, 7, 9].map((at, index) => record(`c${index}`, { at, cluster: 'order', target: `t${index % 2}` }))
    await journal.append(rows)
    const ids = async (query: Parameters<Journal['read']>[0]) =>
      (await journal.read({ cluster: 'order', ...query })).map(({ id }) => id)
    expect(await ids({})).toEqual(['c3', 'c1', 'c2', 'c0'])
    expect(await ids({ since: 7 })).toEqual(['c3', 'c1', 'c2'])
    expect(await ids({ target: 't0' })).toEqual(['c2', 'c0'])
    expect(await ids({ limit: 1 })).toEqual(['c3'])
    expect(await ids({ kind: 'vote' })).toEqual([])
  })
  test('takes nothing, and takes many at once', async () => {
    expect(await journal.append([])).toBe(0)
    const many = Array.from({ length: 1_050 }, (_, index) => record(`many-${index}`, { cluster: 'many' }))
    expect(await journal.append(many)).toBe(1_050)
    expect(await journal.append(many)).toBe(0)
    expect(await journal.read({ cluster: 'many', limit: 2_000 })).toHaveLength(1_050)
  })
  test('is append-only: rows can be neither changed nor removed', async () => {
    await journal.append([record('d')])
    await expect(place.tamper("update journal set cluster = 'x'")).rejects.toThrow('append-only')
    await expect(place.tamper('delete from journal')).rejects.toThrow('append-only')
  })
  test('two processes append at once and nothing is lost', async () => {
    const both = [appender(place.location(), 'p', 100), appender(place.location(), 'q', 100)]
    for (const each of both) expect(await each.ended).toBe(0)
    const ids = new Set((await journal.read({ kind: 'audit', limit: 10_000 })).map(({ id }) => id))
    for (const each of both) for (const id of each.acknowledged()) expect(ids.has(id)).toBe(true)
    expect(both.flatMap((each) => each.acknowledged())).toHaveLength(200)
  })
  test('kill -9 while appending loses nothing that was acknowledged', async () => {
    for (const [round, least] of [5, 20, 40].entries()) {
      const victim = appender(place.location(), `k${round}`)
      for (const endAt = Date.now() + 15_000; victim.acknowledged().length < least && Date.now() < endAt;)
        await moment()
      victim.kill()
      await victim.ended
      const ids = new Set((await journal.read({ kind: 'audit', limit: 100_000 })).map(({ id }) => id))
      expect(victim.acknowledged().length).toBeGreaterThanOrEqual(least)
      expect(victim.acknowledged().filter((id) => !ids.has(id))).toEqual([])
    }
  })
  test('a journal that was closed is opened again with all that was in it', async () => {
    const again = await openJournal(place.location())
    expect(await again.read({ workflowId: 'run/a' })).toHaveLength(1)
    await again.close()
  })
}

function appender(location: string, name: string, count?: number) {
  const script = fileURLToPath(new URL('./appender.ts', import.meta.url))
  const words = ['--import', 'tsx', script, location, name, ...(count === undefined ? [] : [String(count)])]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return {
    acknowledged: () => said.split('\n').slice(0, -1),
    kill: () => child.kill('SIGKILL'),
    ended: new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code))),
  }
}
const moment = () => new Promise((resolve) => setTimeout(resolve, 10))

describe('the journal in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'phix-journal-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'deep', 'journal.db')
  contract({
    location: () => `sqlite:${file}`,
    tamper: (statement) => {
      const database = new Database(file)
      try {
        return Promise.resolve(void database.exec(statement))
      } catch (error) {
        return Promise.reject(error as Error)
      } finally {
        database.close()
      }
    },
  })
  test('a file that is no database is a clear failure, not an empty journal', async () => {
    const bad = join(folder, 'bad.db')
    writeFileSync(bad, 'this is text, and long enough to be taken for a header of a database'.repeat(20))
    await expect(openJournal(`sqlite:${bad}`)).rejects.toMatchObject({
      name: 'JournalError',
      message: expect.stringContaining(bad) as string,
    })
  })
  test('a place that cannot be written is a clear failure that names it', async () => {
    await expect(openJournal(`sqlite:${file}/inside-a-file/journal.db`)).rejects.toMatchObject({ name: 'JournalError' })
  })
})

const binaries = findPostgres()
const title = 'the journal in PostgreSQL'
const suite = () => {
  let server: PostgresServer | null = null
  beforeAll(async () => {
    server = await startPostgres(binaries ?? '')
  })
  afterAll(() => server?.stop())
  const location = () => server?.url ?? ''
  contract({
    location,
    tamper: async (statement) => {
      const client = new Client({ connectionString: location() })
      await client.connect()
      try {
        await client.query(statement)
      } finally {
        await client.end()
      }
    },
  })
  test('a server that is gone is a clear failure without the password', async () => {
    const attempt = openJournal('postgres://ada:hunter2@127.0.0.1:1/phix')
    await expect(attempt).rejects.toMatchObject({
      name: 'JournalError',
      message: expect.stringContaining('is the database running?') as string,
    })
    await expect(attempt).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') as string })
  })
}
if (binaries !== null || process.env['CI']) describe(title, suite)
else describe.skip(`${title} (needs initdb and postgres)`, suite)

test('a place that is neither a file nor a database is refused in words', async () => {
  await expect(openJournal('redis://x')).rejects.toMatchObject({
    name: 'JournalError',
    message: expect.stringContaining('`sqlite:<file>`') as string,
  })
})
