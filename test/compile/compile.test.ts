import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stringify, parse } from 'yaml'
import { compile, type Compiled } from '../../src/compile/compile.ts'
import { CATALOGUE, explain, type DiagnosticCode } from '../../src/compile/diagnostics.ts'
import { canonicalJson, type Json } from '../../src/plan/json.ts'
import { longRunbook } from '../../bench/long-runbook.ts'
import { CATALOGUE as ACTIONS } from '../../activities/catalogue.ts'
import { MISTAKES } from './mistakes.ts'
import { TEST_CATALOGUE } from './test-catalogue.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const compileText = (text: string): Compiled =>
  compile({ path: 'x.yaml', bytes: encode(text) }, { catalogue: TEST_CATALOGUE })

const samples = join(import.meta.dirname, '../samples')
const good = readdirSync(samples).map((name) => readFileSync(join(samples, name, 'runbook.yaml'), 'utf8'))

/** Either a plan, or at least one error: nothing between. */
function expectAnswer(compiled: Compiled): void {
  if (compiled.ok) expect(compiled.planHash).toMatch(/^[0-9a-f]{64}$/)
  else {
    expect(compiled.errors.some(({ severity }) => severity === 'error')).toBe(true)
    for (const { at } of compiled.errors) {
      expect(at.line).toBeGreaterThanOrEqual(1)
      expect(at.column).toBeGreaterThanOrEqual(1)
    }
  }
}

describe('the same meaning gives the same plan', () => {
  test.each(good.map((text, index) => [readdirSync(samples)[index], text]))(
    '%s twice gives the same bytes',
    (_, text = '') => {
      const [first, second] = [compileText(text), compileText(text)]
      expect(JSON.stringify(first)).toBe(JSON.stringify(second))
    },
  )

  test('the order of keys, comments and line ends change no hash', () => {
    const reversed = (value: Json): Json => {
      if (Array.isArray(value)) return value.map(reversed)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, reversed(item)]),
      )
    }
    for (const text of good) {
      const compiled = compileText(text)
      if (!compiled.ok) continue
      const other = compileText(
        `# another comment\n${stringify(reversed(parse(text) as Json))}`.replaceAll('\n', '\r\n'),
      )
      expect(other.ok && other.planHash).toBe(compiled.planHash)
    }
  })

  test('a plan is plain JSON: written and read again it is the same', () => {
    for (const compiled of good.map(compileText)) {
      if (!compiled.ok) continue
      const plan = compiled.plan as unknown as Json
      expect(canonicalJson(JSON.parse(JSON.stringify(plan)) as Json)).toBe(canonicalJson(plan))
    }
  })
})

describe('bad input never throws and never half-works', () => {
  test('random bytes give at least one error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expectAnswer(compile({ path: 'x.yaml', bytes }, { catalogue: TEST_CATALOGUE }))
      }),
      { numRuns: 300 },
    )
  })

  test('random YAML-like texts give a plan or at least one error', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|',
      '>',
      '&a',
      '*a',
      '!',
      '#',
      '${{',
      '}}',
      'steps',
      'uses',
      'if',
      '?',
      '\t',
      ',',
      '0',
      '\u2028',
      '🙂',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => expectAnswer(compileText(pieces.join('')))),
      { numRuns: 500 },
    )
  })

  test('mutations of good runbooks give a plan or at least one error', () => {
    const mutation = fc.record({
      text: fc.constantFrom(...good),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat({ max: 30 }),
      put: fc.oneof(
        fc.constantFrom('', ' ', '\n', '${{', '"', '- ', ': ', '[', '{', 'null', '9'.repeat(20), 'if: x'),
        fc.string({ maxLength: 12 }),
      ),
    })
    fc.assert(
      fc.property(mutation, ({ text, at, length, put }) => {
        const from = Math.floor(at * text.length)
        expectAnswer(compileText(text.slice(0, from) + put + text.slice(from + length)))
      }),
      { numRuns: 1_000 },
    )
  })

  const hostile: Readonly<Record<string, string>> = {
    'lists in lists': '['.repeat(200_000),
    'dashes in dashes': '- '.repeat(100_000),
    'maps in maps': '{a: '.repeat(60_000),
    questions: '? '.repeat(100_000),
    'deep indentation': Array.from({ length: 600 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'),
    'a flood of keys': Array.from({ length: 20_000 }, (_, n) => `k${n}: 1`).join('\n'),
    'keys that are the same': 'a: 1\n'.repeat(9_000),
    'a flood of items': `a: [${'1,'.repeat(100_000)}]`,
    'a flood of quotes': '"'.repeat(200_000),
    'a flood of anchors': '- &a\n'.repeat(9_000),
    'a flood of documents': '---\n'.repeat(60_000),
    'a bomb of aliases': `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n`,
    'a long line': `runbook: ${'a'.repeat(250_000)}`,
    'a long expression': `runbook: a\nsummary: b\nsteps:\n  - if: ${'1 + '.repeat(50_000)}1 > 2\n    wait: 1s\n`,
    'a deep expression': `runbook: a\nsummary: b\nsteps:\n  - if: ${'('.repeat(50_000)}\n    wait: 1s\n`,
    'an expression of negations': `runbook: a\nsummary: b\nsteps:\n  - if: "${'!'.repeat(50_000)}true"\n    wait: 1s\n`,
    'a pattern that backtracks': `runbook: a\nsummary: b\nsteps:\n  - if: re("${'a'.repeat(3_000)}!", "^(a+)+$")\n    wait: 1s\n`,
    'many open expressions': `runbook: a\nsummary: b\nsteps:\n  - notify: x\n    message: "${'${{ 1 }} ${{'.repeat(10_000)}"\n`,
    'a long folded expression': `runbook: a\nsummary: b\nsteps:\n  - if: >\n${'      a &&\n'.repeat(9_000)}      b\n    wait: 1s\n`,
    'more than 256 KiB': 'a'.repeat(300_000),
  }
  test.each(Object.entries(hostile))('%s is answered, and none of them goes off', (_, text) => {
    const bytes = encode(text)
    compile({ path: 'warm.yaml', bytes: encode('a: 1') }, { catalogue: TEST_CATALOGUE })
    const startedAt = performance.now()
    const compiled = compile({ path: 'x.yaml', bytes }, { catalogue: TEST_CATALOGUE })
    const tookMs = performance.now() - startedAt
    expect(compiled.ok).toBe(false)
    expectAnswer(compiled)
    // A bomb that goes off takes minutes; how many ms the answer takes is the bench's question.
    expect(tookMs).toBeLessThan(3_000)
  })

  test('no prototype is touched by keys that reach for it', () => {
    compileText(
      'runbook: a\nsummary: b\nsteps:\n  - uses: node.probe\n    with: { __proto__: { polluted: 1 }, constructor: { prototype: { polluted: 1 } } }\n',
    )
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('an answer holds no control characters, whatever the file holds', () => {
    const compiled = compileText('runbook: "a\\e[31m\\u202E"\nsummary: b\nsteps: [{ "\\e]0;x\\a": 1 }]\n')
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(compiled.ok ? '' : compiled.errors.map(({ message, help }) => `${message}${help}`).join('')).not.toMatch(
      /[\p{Cc}\u202e]/u,
    )
  })
})

describe('the catalogue of messages', () => {
  test('every code has a sample, and an explanation', () => {
    const elsewhere: readonly DiagnosticCode[] = [
      'RB101',
      'RB102',
      'RB103',
      'RB117',
      'RB328',
      'RB329',
      'RB401',
      'RB402',
      'RB404',
      'RB405',
      'RB406',
      'RB407',
      'RB408',
      'RB409',
      'RB410',
    ]
    const shown = new Set<string>([...MISTAKES.map(({ code }) => code), ...elsewhere])
    expect(Object.keys(CATALOGUE).filter((code) => !shown.has(code))).toEqual([])
    for (const code of Object.keys(CATALOGUE)) expect(explain(code)).toMatch(/^RB\d{3} \((error|warning)\)/)
    expect(explain('RB999')).toBeNull()
  })

  test('a file that is too long, or no UTF-8, is told at its place', () => {
    const long = compile({ path: 'x', bytes: new Uint8Array(256 * 1024 + 1).fill(97) }, { catalogue: [] })
    expect(long.ok || long.errors[0]?.code).toBe('RB102')
    const bad = compile({ path: 'x', bytes: Uint8Array.of(...encode('a: 1\nb: ä'), 0xff, 0x41) }, { catalogue: [] })
    expect(bad.ok || bad.errors.map(({ code, at }) => `${code} ${at.line}:${at.column}`)).toEqual(['RB103 2:5'])
  })

  test('a plan that is too long for one message is refused', () => {
    const compiled = compileText(
      `runbook: a\nsummary: b\nsteps:\n${'  - uses: node.probe\n    with: { node: a }\n'.repeat(2_200)}`,
    )
    expect(compiled.ok || compiled.errors.map(({ code }) => code)).toEqual(['RB329'])
  })
})

test('a runbook of 500 steps compiles', () => {
  const compiled = compile({ path: 'long.yaml', bytes: encode(longRunbook(500)) }, { catalogue: ACTIONS })
  expect(compiled.ok ? compiled.plan.steps.length : compiled.errors).toBe(500)
})
