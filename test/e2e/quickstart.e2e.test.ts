// docs/quickstart.md as a stranger types it: every command of it, in its order, and what it says they print.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithTemporal } from '../temporal-server.ts'
import { startPhix, type PhixUp, type Said } from './phix-up.ts'

const COMMAND_MS = 120_000

const page = readFileSync(new URL('../../docs/quickstart.md', import.meta.url), 'utf8')
const code = page.split('\n').filter((line) => line.startsWith('    '))
const typed = code.map((line) => line.trim()).filter((line) => line.startsWith('phix '))
const printed = code.map((line) => line.trim()).filter((line) => /^[✓–✗]/.test(line))

/** Words as a shell would split those of the page: no quotes, and a pager makes no difference to what is printed. */
const wordsOf = (line: string): readonly string[] =>
  line
    .replace(/ \| less$/, '')
    .replace(/ +#.*$/, '')
    .split(' ')
    .slice(1)
/** A line without what differs each time: durations, and the blanks that align them. */
const shapeOf = (line: string): string =>
  line
    .replace(/\d+(\.\d+)? (ms|s)\b/g, '')
    .replace(/\s+/g, ' ')
    .trim()

describeWithTemporal('the quickstart', () => {
  let up: PhixUp
  const said: (Said & { readonly line: string })[] = []
  beforeAll(async () => {
    up = await startPhix()
  }, 150_000)
  afterAll(() => up.remove(), 60_000)

  test('has commands to type', () => expect(typed.length).toBeGreaterThan(10))

  for (const [index, line] of typed.entries())
    test(
      `${index + 1}: ${line}`,
      async () => {
        const answer = await up.phix(...wordsOf(line))
        said.push({ line, ...answer })
        expect(answer.code, `${answer.stdout}\n${answer.stderr}`).toBe(0)
      },
      COMMAND_MS,
    )

  test('what it shows of the first healed node is what was printed', () => {
    const first = said.find(({ line }) => line === 'phix follow --latest')
    const lines = (first?.stdout ?? '').split('\n').map(shapeOf)
    expect(printed.length).toBeGreaterThan(3)
    expect(lines).toEqual(expect.arrayContaining(printed.map(shapeOf)))
  })

  test('each of its three runs is the one that was meant', () => {
    const followed = said.filter(({ line }) => line === 'phix follow --latest').map(({ stdout }) => stdout)
    expect(followed[0]).toContain('single-node-recovery on node-2')
    expect(followed[1]).toContain('single-node-recovery on node-3')
    expect(followed[1]).toContain('✓ Add a replica in its place')
    expect(followed[2]).toContain('return-to-service on node-3')
  })

  test('the run that a person asked for found nothing to do', () => {
    expect(said.find(({ line }) => line.startsWith('phix run'))?.stdout).toMatch(/started: /)
  })
})
