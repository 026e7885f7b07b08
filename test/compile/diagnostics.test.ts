import { expect, test } from 'vitest'
import { CATALOGUE, explain } from '../../src/compile/diagnostics.ts'

test.each(Object.keys(CATALOGUE))('the explanation of %s says what to do', (code) => {
  expect(explain(code)).toMatch(/\n\nWhat to do: \S.*\.\n$/)
})
