// What `phix up` tells a newcomer to type can be typed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Addresses } from '../../src/config/addresses.ts'
import { whatToTry } from '../../src/main/what-to-try.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'phix-typed-')))
afterAll(() => rmSync(folder, { recursive: true }))

function install(name: string): string {
  const bin = join(folder, name, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'phix'), '#!/bin/sh\n', { mode: 0o755 })
  return join(bin, 'phix')
}
const addresses = {
  temporal: { address: '127.0.0.1:7233', uiAddress: 'http://127.0.0.1:8233' },
  server: { host: '127.0.0.1', port: 7080 },
} as Addresses
const exportOf = (program: string, searchPath: string | null): string | undefined =>
  whatToTry(addresses, true, { program, searchPath }).find((line) => line.includes('export'))

test.each(['clone', 'a "clone" of $HOME `x`\\'])('in %j the line for the shell makes `phix` this one', (name) => {
  const program = install(name)
  const line = exportOf(program, '/usr/bin:/bin') ?? ''
  expect(execFileSync('/bin/sh', ['-c', `${line}\ncommand -v phix`], { encoding: 'utf8' }).trim()).toBe(program)
})

test('where `phix` is this one already, also by a link, nothing has to be done', () => {
  const program = install('linked')
  mkdirSync(join(folder, 'global'))
  symlinkSync(program, join(folder, 'global', 'phix'))
  expect(exportOf(program, `/usr/bin:${join(folder, 'global')}`)).toBeUndefined()
})

test('another `phix` that is found first is not this one', () => {
  const other = install('other')
  const program = install('own')
  expect(exportOf(program, [other, program].map((file) => join(file, '..')).join(':'))).toBeDefined()
  expect(exportOf(program, null)).toBeDefined()
})

test('what is to be typed is `phix`, with the lab and without', () => {
  const typing = { program: install('typed'), searchPath: null }
  expect(whatToTry(addresses, true, typing)).toContainEqual(expect.stringMatching(/^ {2}phix lab break node-2 kill/))
  expect(whatToTry(addresses, false, typing)).toContain('  phix status')
})
