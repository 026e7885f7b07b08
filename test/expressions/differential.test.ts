// The engine against another implementation of CEL, on the part that both have: doubles, texts, bools, lists, maps.
import { run } from '@bufbuild/cel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isProblem, parseExpression } from '../../src/expressions/check.ts'
import { evaluateCel } from '../../src/expressions/evaluate.ts'
import type { Json } from '../../src/plan/json.ts'

const scope = { n: 2.5, m: -1, s: 'node-1', t: '', b: true, l: [1.5, 2.5, 3.5], o: { k: 'v', deep: { x: 7.5 } } }

const { number, condition, text } = fc.letrec<{ number: string; condition: string; text: string }>((tie) => {
  const pair = (name: 'number' | 'condition' | 'text', operators: readonly string[]): fc.Arbitrary<string> =>
    fc.tuple(tie(name), fc.constantFrom(...operators), tie(name)).map(([a, operator, b]) => `(${a} ${operator} ${b})`)
  return {
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('1.5', '0.0', '2.0', '-3.25', 'n', 'm', 'l[0]', 'o.deep.x', 'o["deep"]["x"]', 'double("1.25")'),
      pair('number', ['+', '-', '*']),
      fc.tuple(tie('condition'), tie('number'), tie('number')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ),
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        'true',
        'false',
        'b',
        'has(o.k)',
        'has(o.zz)',
        '("k" in o)',
        '(size(l) == 3)',
        '(size(s) > 2)',
        '(o.zz == "x")',
      ),
      pair('number', ['<', '<=', '>', '>=', '==', '!=']),
      pair('text', ['==', '!=', '<', '>=']),
      pair('condition', ['&&', '||', '==']),
      tie('condition').map((c) => `!${c}`),
      tie('number').map((a) => `l.exists(x, x > ${a})`),
      tie('number').map((a) => `l.all(x, x != ${a})`),
      fc.tuple(tie('text'), tie('text')).map(([a, c]) => `${a}.contains(${c})`),
      fc.tuple(tie('text'), tie('text')).map(([a, c]) => `${a}.startsWith(${c})`),
      tie('number').map((a) => `(${a} in l)`),
    ),
    text: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('"a"', '"node"', "''", 's', 't', 'o.k', '"ä😀"'),
      pair('text', ['+']),
      fc.tuple(tie('condition'), tie('text'), tie('text')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ),
  }
})

type Answer = { readonly value: Json } | 'none'

const ours = (source: string): Answer => {
  try {
    return { value: evaluateCel(source, scope) }
  } catch {
    return 'none'
  }
}

/** Our limits of cost are ours alone. */
function isRefused(source: string): boolean {
  const parsed = parseExpression(source)
  return isProblem(parsed) && parsed.kind === 'cost'
}

const theirs = (source: string): Answer => {
  try {
    const value: unknown = run(source, scope)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'none'
    return { value: (typeof value === 'bigint' ? Number(value) : value) as Json }
  } catch {
    return 'none'
  }
}

test('conditions, numbers and texts mean the same in both', () => {
  fc.assert(
    fc.property(fc.oneof(condition, number, text), (source) => {
      fc.pre(!isRefused(source))
      expect(ours(source), source).toEqual(theirs(source))
    }),
    { numRuns: 1_500 },
  )
})
