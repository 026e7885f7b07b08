import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isConstant, isProblem, parseExpression } from '../../src/expressions/check.ts'
import { evaluateCondition } from '../../src/expressions/evaluate.ts'
import { findOneWay } from '../../src/expressions/outcomes.ts'

const STATUSES = ['completed', 'failed']

function told(source: string): string | null {
  const parsed = parseExpression(source)
  if (isProblem(parsed)) throw new Error(parsed.why)
  const found = findOneWay(source, parsed.ast, STATUSES)
  return found === null ? null : `${source.slice(found.start, found.end)} → ${found.value}`
}

describe('a condition that can go one way only is found at the part that makes it so', () => {
  test.each([
    ['true || x', 'true || x → true'],
    ['false && x', 'false && x → false'],
    ['y && (x || !x)', 'x || !x → true'],
    ['x == x', 'x == x → true'],
    ['y || a.b[0] != a.b[0]', 'a.b[0] != a.b[0] → false'],
    ['steps.a.status == "done"', '"done" → false'],
    ['steps["a"].status != "done"', '"done" → true'],
    ['"done" == steps.a.status', '"done" → false'],
    ['size(x) >= 0', 'size(x) >= 0 → true'],
    ['0 > x.size()', '0 > x.size() → false'],
    ['size(x) == -1', 'size(x) == -1 → false'],
  ])('%s', (source, expected) => expect(told(source)).toBe(expected))
})

test.each([
  'x == y',
  'size(x) > 0',
  'size(x) == 0',
  '0 < size(x)',
  'steps.a.status == "failed"',
  'x && true',
  'item.status == "done"',
  'x ? y : z',
])('%s may go both ways', (source) => expect(told(source)).toBeNull())

const NAMES = ['a', 'b', 'c'] as const
const condition = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...NAMES),
    fc.constantFrom('true', 'false'),
    fc.tuple(tie('any'), fc.constantFrom('&&', '||', '==', '!='), tie('any')).map(([l, op, r]) => `(${l} ${op} ${r})`),
    tie('any').map((inner) => `!(${inner})`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([c, t, e]) => `(${c} ? ${t} : ${e})`),
  ),
})).any

const SCOPES = Array.from({ length: 8 }, (_, row) => ({ a: (row & 1) > 0, b: (row & 2) > 0, c: (row & 4) > 0 }))

test('a part that is told has that outcome under every assignment: what may go both ways is never told', () => {
  fc.assert(
    fc.property(condition, (source) => {
      const parsed = parseExpression(source)
      if (isProblem(parsed) || isConstant(parsed)) return
      const found = findOneWay(source, parsed.ast, STATUSES)
      if (found === null) return
      const part = source.slice(found.start, found.end)
      for (const scope of SCOPES) expect(evaluateCondition(part, scope)).toBe(found.value)
    }),
    { numRuns: 500 },
  )
})
