import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Settings } from '../../src/config/settings.ts'
import { maskKnownSecrets } from '../../src/main/known-secrets.ts'
import { createLogger } from '../../src/telemetry/create-logger.ts'
import { fakeSettings } from '../cli/fakes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phix-secrets-'))
  mkdirSync(join(folder, 'secrets', 'deep'), { recursive: true })
  mkdirSync(join(folder, 'runbooks'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const settings = (): Settings => ({
  ...fakeSettings(folder),
  runbooksFolder: join(folder, 'runbooks'),
  journal: 'postgres://phix:jour%40nal-pw@db/phix',
})
const logged = async (text: string): Promise<string> => {
  let lines = ''
  const mask = await maskKnownSecrets(settings(), (name) => (name === 'API_KEY' ? 'variable-canary' : null))
  const log = createLogger({ level: 'info', format: 'json', mask, write: (line) => void (lines += line) })
  log.error({ err: new Error(`it said ${text}`) }, `failed with ${text}`)
  return lines
}

test.each([
  ['the token', 'token', 'token-canary', 'token-canary'],
  ['a file of the folder of secrets', 'secrets/deep/key', 'file-canary\n', 'file-canary'],
  ['a variable that a runbook refers to', 'runbooks/a.yaml', 'token: secret://env/API_KEY', 'variable-canary'],
  ['a variable that the inventory refers to', 'inventory.yaml', 'x: "secret://env/API_KEY"', 'variable-canary'],
  ['the password of the journal', 'runbooks/b.yaml', '', 'jour@nal-pw'],
])('%s is in no line of a log, whatever it is spelled like', async (_, path, content, secret) => {
  writeFileSync(join(folder, path), content)
  for (const spelled of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    expect(await logged(spelled)).not.toContain(spelled)
})

test('a folder that is not there hides nothing and fails nothing', async () => {
  rmSync(folder, { recursive: true })
  expect(await logged('ordinary text')).toContain('ordinary text')
})
