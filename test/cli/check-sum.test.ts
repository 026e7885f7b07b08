import { expect, test } from 'vitest'
import { sumUp } from '../../src/cli/commands/check.ts'
import { diagnostic } from '../../src/compile/diagnostics.ts'

const at = (path: string) => ({ path, line: 1, column: 1, endLine: 1, endColumn: 1 })

test('a file that cannot be read counts as one that was looked at', () => {
  const found = [
    diagnostic('RB101', at('dir.yaml'), { why: 'it is a directory' }),
    diagnostic('RB204', at('a.yaml'), { key: 'owner', found: 'x', expected: 'y' }),
    diagnostic('RB321', at('b.yaml'), { name: 'n' }),
  ]
  expect(sumUp([{ path: 'a.yaml' }, { path: 'b.yaml' }], found)).toBe('2 mistakes in 2 files of 3')
})
