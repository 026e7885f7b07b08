import { mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createMasker } from '../../../activities/wrapping/mask.ts'
import { createSecretSource, resolveSecrets, type SecretSource } from '../../../activities/wrapping/secrets.ts'

let source: SecretSource
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'phix-secrets-'))
  const outside = join(await mkdtemp(join(tmpdir(), 'phix-outside-')), 'outside')
  await writeFile(outside, 'not yours')
  await writeFile(join(folder, 'token'), 'from a file\n')
  await symlink(outside, join(folder, 'link'))
  source = createSecretSource((name) => ({ TOKEN: 'from the env', TINY: 'abc' })[name], folder)
})

test('references are replaced wherever they stand, and known to the masker', async () => {
  const masker = createMasker()
  const args = { headers: { authorization: 'Bearer secret://env/TOKEN' }, list: ['secret://file/token', 7] }
  expect(await resolveSecrets(args, source, masker)).toEqual({
    headers: { authorization: 'Bearer from the env' },
    list: ['from a file', 7],
  })
  expect(masker.text('from the env, from a file')).toBe('[secret env/TOKEN], [secret file/token]')
})

test.each([
  ['secret://env/ABSENT', 'is not set'],
  ['secret://file/absent', 'cannot be read'],
  ['secret://file/x/../../outside', 'cannot be read'],
  ['secret://file/link', 'cannot be read'],
  ['secret://env/TINY', 'shorter than 4'],
])('%s is refused, by its reference', async (reference, why) => {
  const resolved = resolveSecrets({ a: reference }, source, createMasker())
  await expect(resolved).rejects.toMatchObject({ code: 'refused' })
  await expect(resolved).rejects.toThrow(why)
})
