// docs/guards.md has the one table of reasons: each with the decisions it can be the reason of, and no other.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readGivenReasons } from './given-reasons.ts'

const docs = join(import.meta.dirname, '../../docs')
const pageOf = (name: string): string => readFileSync(join(docs, name), 'utf8')

/** Reads `kind reason` out of rows such as: | `observe`, `suggest` | shadowed | … */
function pairsOf(page: string): readonly string[] {
  const section = page.slice(page.indexOf('## Every reason'), page.indexOf('## Stop everything'))
  return [...section.matchAll(/^\| (`[^|]+) \| ([a-z, ]+) \|/gm)].flatMap(([, reasons = '', kinds = '']) =>
    [...reasons.matchAll(/`([a-z-]+)`/g)].flatMap(([, reason]) => kinds.split(', ').map((kind) => `${kind} ${reason}`)),
  )
}

test('the page of the guards has every reason that can be given, with its decisions, once', () => {
  const given = readGivenReasons().map(({ kind, reason }) => `${kind} ${reason}`)
  // The activity `route` refuses what never reaches the guard.
  const expected = new Set([...given, 'refused unknown-target'])
  expect(pairsOf(pageOf('guards.md')).toSorted()).toEqual([...expected].toSorted())
})

test('the page for the night links to it and has no table of its own', () => {
  const page = pageOf('operate.md')
  expect(page).toContain('guards.md#every-reason')
  expect(page).not.toMatch(/^\| reason \|/m)
})
