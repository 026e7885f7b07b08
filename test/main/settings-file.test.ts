// A settings file with mistakes, as a person meets it: every mistake at its place, exit 3, no stack.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../src/cli/program.ts'
import { readSettings } from '../../src/config/read-settings.ts'
import { createFakeDeps, createWorld, fakeIo } from '../cli/fakes.ts'

let folder: string
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'phix-settings-')))
  mkdirSync(join(folder, 'runbooks'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function status(file: string, environment = {}): Promise<{ exit: number; err: string }> {
  writeFileSync(join(folder, 'phix.config.yaml'), file)
  const io = fakeIo()
  const deps = {
    ...createFakeDeps(createWorld(), folder),
    settings: () => readSettings({ environment: { PHIX_DATA_FOLDER: folder, ...environment }, folder }),
  }
  return { exit: await runCli(['status'], deps, io), err: io.said() }
}

test('every mistake is told at its place, with exit 3', async () => {
  const { exit, err } = await status('temporal:\n  adress: x\nserver:\n  port: 99999\n')
  expect(exit).toBe(3)
  expect(err).toContain(`${folder}/phix.config.yaml:2:3  error RB201  unknown key \`adress\``)
  expect(err).toContain(`${folder}/phix.config.yaml:4:9  error RB204`)
  expect(err).toContain('did you mean `address`?')
})

test('a file that is no YAML is told at its place, too', async () => {
  const { exit, err } = await status('server: {\n')
  expect(exit).toBe(3)
  expect(err).toMatch(/phix\.config\.yaml:\d+:\d+ {2}error RB1/)
})

test('a variable that cannot be is exit 2, and named', async () => {
  const { exit, err } = await status('person: ada\n', { PHIX_SERVER_PORT: 'x' })
  expect(exit).toBe(2)
  expect(err).toContain('PHIX_SERVER_PORT is `x`; it must be a port')
})

test('a good file is read', async () => {
  expect(await status('person: ada\n')).toMatchObject({ exit: 0 })
})
