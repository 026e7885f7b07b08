// The token: made once, for its owner only, compared in constant time.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bearerOf, isToken, readOrCreateToken } from '../../src/api/token.ts'

const folder = mkdtempSync(join(tmpdir(), 'phix-token-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the first start makes it, readable by its owner alone; the next one reads it', async () => {
  const path = join(folder, 'new', 'token')
  const first = await readOrCreateToken(path)
  expect(first.length).toBeGreaterThanOrEqual(43)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await readOrCreateToken(path)).toBe(first)
})

test('two files never hold the same token', async () => {
  const tokens = await Promise.all(['a', 'b', 'c'].map((name) => readOrCreateToken(join(folder, name))))
  expect(new Set(tokens).size).toBe(3)
})

test('a file that others may read is refused, with the command that closes it', async () => {
  const path = join(folder, 'open')
  await readOrCreateToken(path)
  chmodSync(path, 0o644)
  await expect(readOrCreateToken(path)).rejects.toThrow(`chmod 600 ${path}`)
})

test('an empty or short file is no token', async () => {
  const path = join(folder, 'short')
  writeFileSync(path, '\n', { mode: 0o600 })
  await expect(readOrCreateToken(path)).rejects.toThrow('holds no token')
})

test('only the whole token is the token, whatever its length', () => {
  expect(isToken('abc', 'abc')).toBe(true)
  for (const other of ['', 'ab', 'abcd', 'ABC', 'abc ']) expect(isToken(other, 'abc')).toBe(false)
})

test('the comparison hashes first and never looks at lengths', () => {
  const source = readFileSync(new URL('../../src/api/token.ts', import.meta.url), 'utf8')
  expect(source).toContain('timingSafeEqual(digest(given), digest(expected))')
  expect(source).not.toMatch(/given\.length|given === |given !== /)
})

test('only a bearer header carries a token', () => {
  expect(bearerOf('Bearer abc-_.~+/=')).toBe('abc-_.~+/=')
  expect(bearerOf('bearer abc')).toBe('abc')
  for (const header of [undefined, '', 'abc', 'Basic abc', 'Bearer', 'Bearer a b', 'Bearer  abc'])
    expect(bearerOf(header)).toBe('')
})
