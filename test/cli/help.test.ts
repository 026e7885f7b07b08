// Help: examples first, narrow enough for any terminal; the reference is made from the same tree.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VERBS_OF_PHIX } from '../../src/cli/verbs.ts'
import { createReference } from './reference.ts'
import { createWorld, speak } from './fakes.ts'
import { makeRunbookFolder } from './runbook-folder.ts'

const folder = makeRunbookFolder()

for (const { name } of VERBS_OF_PHIX)
  test(`phix ${name} --help begins with examples and is at most 80 columns wide`, async () => {
    const { exit, out } = await speak([...name.split(' '), '--help'], createWorld(), folder)
    expect(exit).toBe(0)
    expect(out.startsWith('Examples:\n  ')).toBe(true)
    expect(out.split('\n').filter((line) => Array.from(line).length > 80)).toEqual([])
    expect(await speak(['help', ...name.split(' ')], createWorld(), folder)).toMatchObject({ exit: 0, out })
  })

test('every verb that the design names for this part is there', () => {
  const names = VERBS_OF_PHIX.map(({ name }) => name)
  const wanted =
    'up check graph docs explain plan run list show follow approve reject retry skip supply cancel status why history worker serve doctor version completion help'
  for (const name of wanted.split(' ')) expect(names).toContain(name)
  for (const name of ['up', 'down', 'status', 'break', 'heal']) expect(names).toContain(`lab ${name}`)
})

test('docs/cli.md is what the command tree says', async () => {
  const path = new URL('../../docs/cli.md', import.meta.url)
  const reference = await createReference(folder)
  if (process.env['UPDATE'] === '1') writeFileSync(path, reference)
  expect(readFileSync(path, 'utf8')).toBe(reference)
})

test('completion knows every verb and its options, in each shell', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await speak(['completion', shell], createWorld(), folder)
    for (const { name } of VERBS_OF_PHIX) expect(out, shell).toContain(name.split(' ').at(-1))
    expect(out).toContain('timeout')
  }
})
