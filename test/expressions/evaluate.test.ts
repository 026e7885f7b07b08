import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateCel, evaluateCondition, ExpressionError, renderValue } from '../../src/expressions/evaluate.ts'
import type { Json } from '../../src/plan/json.ts'

const scope = {
  steps: { a: { ok: true, code: null, output: { n: 3, s: 'x', l: [1, 2, 3], m: { k: 'v' } } } },
  inputs: { n: 5 },
  now: 1_700_000_000_000,
  labels: { team: 'blue' },
}

describe('numbers', () => {
  test.each<readonly [string, Json]>([
    ['inputs.n + 1', 6],
    ['1 + inputs.n', 6],
    ['inputs.n / 2', 2.5],
    ['inputs.n % 2', 1],
    ['inputs.n == 5', true],
    ['5 == inputs.n', true],
    ['inputs.n != 5', false],
    ['inputs.n in [5]', true],
    ['2 in steps.a.output.l', true],
    ['steps.a.output.l == [1, 2, 3]', true],
    ['steps.a.output.l[1]', 2],
    ['now + 1', 1_700_000_000_001],
    ['size(steps.a.output.l) == 3', true],
  ])('%s is %j: a number is a number, however it came', (source, value) => {
    expect(evaluateCel(source, scope)).toEqual(value)
  })

  test('a result is JSON: no BigInt, no infinity, nothing that JSON cannot hold', () => {
    expect(() => JSON.stringify(evaluateCel('[1, 2].map(x, x * 2)', {}))).not.toThrow()
    for (const source of ['inputs.n / 0', '9007199254740993', 'b"x"', 'duration("1s")', 'type(1)'])
      expect(() => evaluateCel(source, scope), source).toThrow(ExpressionError)
  })
})

describe('an expression without a value says why, in the words of who wrote it', () => {
  test.each([
    ['steps.a.output.zz > 1', '`steps.a.output.zz > 1` has no value here: there is no `zz`'],
    ['foo', '`foo` has no value here: `foo` is not known here'],
    [
      'steps.a.output.l[9]',
      '`steps.a.output.l[9]` has no value here: the list has 3 items, there is no [9]; they count from 0',
    ],
    ['inputs.n + "x"', '`inputs.n + "x"` has no value here: there is no `number + text`'],
    ['1 / 0', '`1 / 0` has no value here: it divides by zero'],
    ['shout("x")', '`shout("x")` has no value here: there is no `shout(text)`'],
  ])('%s', (source, message) => expect(() => evaluateCel(source, scope)).toThrow(message))

  test('a condition that is no condition', () => {
    expect(() => evaluateCondition('inputs.n', scope)).toThrow('a condition must be true or false, this is 5')
  })
})

describe('what JavaScript has and JSON has not is not there', () => {
  const names = [
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__defineGetter__',
    '__lookupGetter__',
    'isPrototypeOf',
  ]
  const contexts = (name: string): readonly string[] => [
    name,
    `steps.${name}`,
    `steps["${name}"]`,
    `steps.a.output.s.${name}`,
    `steps.a.output.l.${name}`,
    `"a".${name}`,
    `[1].${name}`,
    `{"a": 1}.${name}`,
    `steps.${name}()`,
    `inputs.n.${name}`,
  ]
  test.each(names)('%s has no value in any place', (name) => {
    for (const source of contexts(name)) expect(() => evaluateCel(source, scope), source).toThrow(ExpressionError)
  })
})

describe('no expression costs more than a moment', () => {
  const isQuick = (work: () => unknown): void => {
    const before = process.cpuUsage()
    try {
      work()
    } catch (error) {
      expect(error).toBeInstanceOf(ExpressionError)
    }
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(500)
  }
  test('a pattern that backtracks elsewhere', () => {
    isQuick(() => evaluateCel('re(text, "(a+)+$")', { text: `${'a'.repeat(50_000)}!` }))
  })
  test('`matches` is refused', () => {
    expect(() => evaluateCel('"aaa".matches("(a+)+$")', {})).toThrow('can hang')
  })
  test.each([
    ['a long one', `${'1 + '.repeat(10_000)}1`],
    ['a deep one', '('.repeat(10_000)],
    ['a nest of loops', '[1].all(a, [1].all(b, [1].all(c, true)))'],
    ['a long list', `[${'1,'.repeat(5_000)}1].exists(x, x == 2)`],
  ])('%s is refused', (_, source) => isQuick(() => expect(() => evaluateCel(source, {})).toThrow(ExpressionError)))
})

test('any text as an expression gives JSON or an ExpressionError', () => {
  const token = fc.constantFrom(
    'steps',
    '.',
    'a',
    'ok',
    '"x"',
    '1',
    '1.5',
    '+',
    '-',
    '==',
    '&&',
    '||',
    '!',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '?',
    ' in ',
    'has(',
    'size(',
    'null',
    'true',
    '.?',
    're(',
    "'",
    '\\',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 20 }), (tokens) => {
      try {
        const value = evaluateCel(tokens.join(''), scope)
        expect(JSON.parse(JSON.stringify(value))).toEqual(value)
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a value that is one whole expression keeps its type; mixed text is text', () => {
  expect(renderValue({ cel: 'inputs.n' }, scope)).toBe(5)
  expect(renderValue({ text: ['n is ', { cel: 'inputs.n' }, ', l is ', { cel: 'steps.a.output.l' }] }, scope)).toBe(
    'n is 5, l is [1,2,3]',
  )
  expect(renderValue({ list: [{ lit: '${{ x }}' }, { cel: 'inputs.n' }] }, scope)).toEqual(['${{ x }}', 5])
})
