import { expect, test } from 'vitest'
import { diagnostic } from '../../../src/compile/diagnostics.ts'
import { formatDiagnostics } from '../../../src/compile/format/format-diagnostics.ts'

const text = 'runbook: a\nsummary: b\nstepz:\n  - wait: 1s\n'
const at = { path: 'runbooks/a b,c.yaml', line: 3, column: 1, endLine: 3, endColumn: 6 }
const found = [
  diagnostic('RB201', at, { key: 'stepz', where: 'the runbook' }, 'did you mean `steps`?'),
  diagnostic('RB321', { ...at, line: 4, column: 5, endLine: 4, endColumn: 9 }, { name: 'n' }),
]

test('pretty shows the place, three lines with a caret, the help and where to read more', () => {
  expect(formatDiagnostics('pretty', found, () => text))
    .toBe(`runbooks/a b,c.yaml:3:1  error RB201  unknown key \`stepz\` in the runbook
2 │ summary: b
3 │ stepz:
  │ ^^^^^
4 │   - wait: 1s
  did you mean \`steps\`?
  phix explain RB201

runbooks/a b,c.yaml:4:5  warning RB321  the input \`n\` is never used
3 │ stepz:
4 │   - wait: 1s
  │     ^^^^
5 │
  use it or remove it
  phix explain RB321

1 error, 1 warning
`)
})

test('pretty shows no control characters of the file, and no frame where there is no file', () => {
  expect(formatDiagnostics('pretty', found, () => 'a\nb\n\u001b[31mred\u202e\n')).not.toMatch(/\p{Cc}(?<!\n)|\u202e/u)
  expect(formatDiagnostics('pretty', found.slice(0, 1), () => null)).not.toContain('│')
})

test('json is one object with all of it', () => {
  expect(JSON.parse(formatDiagnostics('json', found, () => text))).toEqual({ diagnostics: found })
})

test('github is one command a line, with what would end it escaped', () => {
  const [first] = formatDiagnostics('github', found, () => text).split('\n')
  expect(first).toBe(
    '::error file=runbooks/a b%2Cc.yaml,line=3,col=1,endLine=3,endColumn=6,title=RB201::unknown key `stepz` in the runbook (did you mean `steps`?)',
  )
})

test('sarif names the rules that were broken, and where', () => {
  const log = JSON.parse(formatDiagnostics('sarif', found, () => text)) as {
    version: string
    runs: {
      tool: { driver: { rules: { id: string }[] } }
      results: {
        ruleId: string
        ruleIndex: number
        level: string
        locations: { physicalLocation: { artifactLocation: { uri: string }; region: unknown } }[]
      }[]
    }[]
  }
  const run = log.runs[0]
  expect(log.version).toBe('2.1.0')
  expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(['RB201', 'RB321'])
  expect(run?.results.map(({ ruleId, ruleIndex, level }) => [ruleId, ruleIndex, level])).toEqual([
    ['RB201', 0, 'error'],
    ['RB321', 1, 'warning'],
  ])
  expect(run?.results[0]?.locations[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: 'runbooks/a%20b%2Cc.yaml' },
    region: { startLine: 3, startColumn: 1, endLine: 3, endColumn: 6 },
  })
})
