import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { Diagnostic } from '../../src/compile/diagnostics.ts'
import { MISTAKES } from './mistakes.ts'
import { TEST_CATALOGUE } from './test-catalogue.ts'

/** Takes the marks out of a text: what is left, and the place that they mark. */
function unmark(marked: string): { readonly text: string; readonly at: string } {
  const [before = '', inside = '', after = ''] = marked.split(/[«»]/)
  const place = (text: string): string => `${text.split('\n').length}:${(text.split('\n').at(-1) ?? '').length + 1}`
  return { text: before + inside + after, at: `${place(before)}-${place(before + inside)}` }
}

const diagnosticsOf = (text: string): readonly Diagnostic[] => {
  const compiled = compile({ path: 'x.yaml', bytes: new TextEncoder().encode(text) }, { catalogue: TEST_CATALOGUE })
  return compiled.ok ? compiled.warnings : compiled.errors
}

const placeOf = ({ at }: Diagnostic): string => `${at.line}:${at.column}-${at.endLine}:${at.endColumn}`

describe('each mistake is one message at its exact place', () => {
  test.each(MISTAKES.map((each) => [each.title, each] as const))('%s', (_, { text, code }) => {
    const marked = unmark(text)
    // Inputs that a mistake leaves unused are not what this corpus is about.
    const found = diagnosticsOf(marked.text).filter((each) => code === 'RB321' || each.code !== 'RB321')
    expect(found.map((each) => `${each.code} ${placeOf(each)}`)).toEqual([`${code} ${marked.at}`])
  })
})

test('the corpus holds at least 100 mistakes, and at least nine of ten say what to do', () => {
  const helped = MISTAKES.filter(({ text }) =>
    diagnosticsOf(unmark(text).text).every(({ help, message }) => help !== null || message.includes('must be')),
  )
  expect(MISTAKES.length).toBeGreaterThanOrEqual(100)
  expect(helped.length / MISTAKES.length).toBeGreaterThanOrEqual(0.9)
})

test('a mistyped name is answered with the name that was meant', () => {
  const helpOf = (title: string): string | null =>
    diagnosticsOf(unmark(MISTAKES.find((each) => each.title === title)?.text ?? '').text)[0]?.help ?? null
  expect(helpOf('an unknown key at the top')).toBe('did you mean `owner`?')
  expect(helpOf('a mistyped kind')).toBe('did you mean `waitUntil`?')
  expect(helpOf('an unknown action')).toBe('did you mean `node.probe`?')
  expect(helpOf('an unknown field of an output')).toBe('did you mean `healthy`?')
  expect(helpOf('an unknown input')).toBe('did you mean `node`?')
  expect(helpOf('an argument that is not among the values')).toBe('did you mean `failed`?')
})

test('all mistakes of a file come at once, in the order of the text', () => {
  const text = `runbook: a\nsummary: b\nowner: 5\nsteps:\n  - uses: node.prob\n  - wait: soon\n  - if: foo\n    wait: 1s\n`
  expect(diagnosticsOf(text).map(({ code, at }) => `${at.line} ${code}`)).toEqual([
    '3 RB203',
    '5 RB310',
    '6 RB204',
    '7 RB302',
  ])
})
