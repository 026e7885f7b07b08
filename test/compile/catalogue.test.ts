// The catalogue is written in another room; what the compiler takes from it on trust is held here.
import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '../../activities/catalogue.ts'
import { createChecker } from '../../src/expressions/check.ts'
import type { JsonObject } from '../../src/plan/json.ts'

const undoable = CATALOGUE.filter(({ undo }) => typeof undo === 'object')

describe('what undoes an action', () => {
  test.each(undoable.map((manifest) => [manifest.name, manifest] as const))(
    '%s: is an action, with arguments that it takes',
    (_, manifest) => {
      if (typeof manifest.undo !== 'object') return
      const { action, with: args } = manifest.undo
      const undoing = CATALOGUE.find(({ name }) => name === action)
      const taken = Object.keys((undoing?.input['properties'] ?? {}) as JsonObject)
      expect(Object.keys(args).filter((key) => !taken.includes(key))).toEqual([])
      expect(((undoing?.input['required'] ?? []) as readonly string[]).filter((key) => !(key in args))).toEqual([])
      const checker = createChecker({ input: manifest.input, output: manifest.output })
      for (const source of Object.values(args)) expect(checker.check(source), source).toHaveProperty('type')
    },
  )
})

test('every action is named once, as driver.verb', () => {
  const names = CATALOGUE.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => !/^[a-z]+\.[a-z]+([A-Z][a-z]+)*$/.test(name))).toEqual([])
})
