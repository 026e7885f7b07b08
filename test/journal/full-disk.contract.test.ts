// A disk that is really full: a file system of one megabyte.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Journal, JournalRecord } from '../../src/journal/journal.ts'
import { openJournal } from '../../src/journal/open-journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'phix-full-'))
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0
const opened: Journal[] = []
afterAll(async () => {
  for (const journal of opened) await journal.close()
  // Lazy: the driver lets go of its file only when its statements are collected.
  if (mounted) spawnSync('umount', ['--lazy', folder])
  rmSync(folder, { recursive: true, force: true })
})

const record = (id: string): JournalRecord => ({
  id,
  kind: 'audit',
  at: 1,
  cluster: 'lab',
  target: null,
  workflowId: null,
  body: 'x'.repeat(10_000),
})

const suite = () => {
  test('is told in words, takes nothing that was not acknowledged, and works again when there is room', async () => {
    const ballast = join(folder, 'ballast')
    const journal = await openJournal(`sqlite:${join(folder, 'journal.db')}`)
    opened.push(journal)
    writeFileSync(ballast, Buffer.alloc(300_000))
    const acknowledged: string[] = []
    let failure: unknown = null
    for (let index = 0; index < 200 && failure === null; index++) {
      const done = journal.append([record(`r${index}`)])
      await done.then(() => acknowledged.push(`r${index}`)).catch((error: unknown) => (failure = error))
    }
    expect(failure).toMatchObject({ name: 'JournalError' })
    expect(String(failure)).toContain('the disk is full; make room')
    unlinkSync(ballast)
    expect(await journal.append([record('after')])).toBe(1)
    const kept = (await journal.read({ kind: 'audit' })).map(({ id }) => id)
    expect(new Set(kept)).toEqual(new Set([...acknowledged, 'after']))
  })
}
if (mounted) describe('a full disk', suite)
else describe.skip('a full disk (needs the right to mount a small file system)', suite)
