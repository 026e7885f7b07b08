import { describe, expect, test } from 'vitest'
import {
  createChecker,
  isConstant,
  isProblem,
  parseExpression,
  type ExpressionProblem,
} from '../../src/expressions/check.ts'

const checker = createChecker({
  now: { type: 'integer' },
  name: { type: 'string' },
  ratio: { type: 'number' },
  on: { type: 'boolean' },
  names: { type: 'array', items: { type: 'string' } },
  open: { type: 'object' },
  labels: { type: 'object', additionalProperties: { type: 'string' } },
  step: {
    type: 'object',
    properties: { ok: { type: 'boolean' }, out: { type: 'object', properties: { n: { type: 'number' } } } },
  },
  anything: {},
})

const problemOf = (source: string): string => {
  const result = checker.check(source)
  if ('type' in result) return result.type
  const { kind, name, of, why, start, end } = result as ExpressionProblem
  return `${kind} at ${start}-${end}: ${name === '' ? why : of === '' ? name : `${of} has no ${name}`}`
}

describe('an expression has a type', () => {
  test.each([
    ['now + 1 > 2', 'bool'],
    ['ratio * 100', 'number'],
    ['name + "x"', 'string'],
    ['names.filter(x, x != "a")', 'list'],
    ['{"a": 1}', 'map'],
    ['step', 'map'],
    ['open.what.ever == 1', 'bool'],
    ['anything', 'unknown'],
    ['labels.team', 'string'],
    ['labels.?team.orValue("none")', 'string'],
    ['step["out"].n == 1', 'bool'],
    ['names.exists(x, x == name)', 'bool'],
    ['has(step.out.n)', 'bool'],
    ['re(name, "^a+$")', 'bool'],
  ])('%s is a %s', (source, type) => expect(problemOf(source)).toBe(type))
})

describe('a mistake has a place and a reason', () => {
  test.each([
    ['nam == "x"', 'root at 0-3: nam'],
    ['on && step.okay', 'field at 11-15: step has no okay'],
    ['step.out.m > 1', 'field at 9-10: step.out has no m'],
    ['step["oops"]', 'field at 5-11: step has no oops'],
    ['names.exists(x, x == nme)', 'root at 21-24: nme'],
    ['name > 1', 'type at 0-8: there is no `text > number`'],
    ['now +', 'syntax at 5-5: it stops too early'],
    ['on and on', 'syntax at 3-6: unexpected `and`'],
    ['name.matches("a")', 'pattern at 0-17: `matches` can hang on a hostile text; use `re(text, "pattern")`'],
  ])('%s', (source, problem) => expect(problemOf(source)).toBe(problem))
})

test('more roots are known at their place only', () => {
  const more = { output: { type: 'object', properties: { healthy: { type: 'boolean' } } } } as const
  expect(checker.check('output.healthy && on', more)).toEqual({ type: 'bool' })
  expect(problemOf('output.healthy')).toBe('root at 0-6: output')
})

test('what is read is listed with what guards it', () => {
  const parsed = parseExpression(
    'steps.a.ok && steps.a.output.x || has(steps.b.output.y) || (steps.c.ok ? steps.c.output.z : false)',
  )
  if (isProblem(parsed)) throw new Error(parsed.why)
  expect(
    parsed.paths.map(({ root, fields, tested, guardedBy }) => [
      [root, ...fields.map(({ name }) => name)].join('.'),
      tested,
      [...guardedBy],
    ]),
  ).toEqual([
    ['steps.a.ok', false, []],
    ['steps.a.output.x', false, ['a']],
    ['steps.b.output.y', true, []],
    ['steps.c.ok', false, []],
    ['steps.c.output.z', false, ['c']],
  ])
})

test('a constant reads nothing', () => {
  const isFixed = (source: string): boolean => {
    const parsed = parseExpression(source)
    return !isProblem(parsed) && isConstant(parsed)
  }
  expect(isFixed('1 < 2 && [1].exists(x, x == 1)')).toBe(true)
  expect(isFixed('now > 2')).toBe(false)
})
