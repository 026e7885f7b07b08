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

/** Takes several marks out of a text. «CODE|text» marks what CODE must point at. */
function unmarkAll(marked: string): { readonly text: string; readonly told: readonly string[] } {
  let text = ''
  const told: string[] = []
  const place = (): string => `${text.split('\n').length}:${(text.split('\n').at(-1) ?? '').length + 1}`
  for (const [, plain = '', code, inside = ''] of marked.matchAll(/([^«]*)(?:«(\w+)\|([^»]*)»)?/g)) {
    text += plain
    const start = place()
    text += inside
    if (code !== undefined) told.push(`${code} ${start}-${place()}`)
  }
  return { text, told }
}

const toldOf = (text: string): readonly string[] => diagnosticsOf(text).map((each) => `${each.code} ${placeOf(each)}`)

const MANY = `runbook: many-mistakes
summary: Is wrong in every way.
«RB201|ownr»: me
expect: «RB204|5 minutes»
owner: &who «RB108|alex»
severity: «RB109|!!python/object» high
«RB107|expect»: 6m
inputs:
  node: { type: node }
  limit: { type: int, max: «RB112|9007199254740993» }
  «RB113|__proto__»: { type: string }
triggers:
  - verdict: suspect
    bind: { node: "\${{ «RB302|targt».name }}" }
guard: { «RB108|<<»: 1, cooldown: «RB203|5» }
steps:
  - id: probe
    «RB201|titel»: Look
    uses: «RB310|node.prob»
    with: { node: "\${{ inputs.«RB303|nodee» }}" }
    «RB201|tiemout»: «RB204|soon»
  - id: mark
    uses: node.mark
    «RB201|onFailur»: continue
    with: { «RB201|nod»: a, state: «RB204|fialed», «RB107|state»: failed }
    retry: { attempts: «RB204|1000», «RB201|jiter»: 0.1 }
  - if: «RB109|!steps.probe.ok»
    end: «RB204|sucess»
  - if: «RB108|*who»
    notify: oncall
    message: "\${{ steps.«RB306|prob».status }}"
  - «RB201|waitUntill»: node.probe
    with: { node: a, «RB201|bogus»: 1 }
    until: «RB313|true || output.healthy»
    timeout: «RB335|1000d»
  - if: steps.mark.status == «RB333|"done"»
    wait: 1s
  - «RB205|title»: Nothing
    id: nothing
  - if: steps.nothing.ok
    «RB315|approve»: { message: Go?, from: oncall, onDeadline: reject }
  - fail: nope
    message: No.
  - «RB314|wait»: 1s
verify: { that: cluster.«RB303|helthy» > 1, within: 5s, stable: «RB334|6s» }
`

test('mistakes of every class are told in one go, each once, at its place', () => {
  const { text, told } = unmarkAll(MANY)
  expect(told.length).toBeGreaterThanOrEqual(30)
  expect(toldOf(text)).toEqual(told)
})

describe('what is wrong in the text makes no follow-up noise', () => {
  const head = 'runbook: try-me\nsummary: Tries.\n'
  const probe = '  - id: probe\n    uses: node.probe\n    with: { node: a }\n'
  test.each([
    ['an alias as a required text', 'runbook: try-me\nsummary: «RB108|*s»\nsteps: [{ wait: 1s }]\n'],
    ['an alias as the inputs', `${head}inputs: «RB108|*i»\nsteps:\n  - if: inputs.a == "x"\n    wait: 1s\n`],
    ['an alias as a step', `${head}steps:\n  - «RB108|*s»\n  - if: steps.a.ok\n    wait: 1s\n`],
    ['an alias as an action', `${head}steps:\n  - uses: «RB108|*a»\n    with: { x: 1 }\n`],
    ['an alias as an argument', `${head}steps:\n  - uses: node.probe\n    with: { node: «RB108|*a» }\n`],
    ['an alias as all arguments', `${head}steps:\n  - uses: node.probe\n    with: «RB108|*a»\n`],
    ['an alias as a condition', `${head}steps:\n${probe}  - if: «RB108|*a»\n    end: effective\n  - wait: 1s\n`],
    ['an alias as a timeout', `${head}steps:\n  - manual: { text: Go., deadline: «RB108|*a» }\n`],
    ['an alias as an id', `${head}steps:\n  - id: «RB108|*a»\n    wait: 1s\n  - if: steps.a.ok\n    wait: 1s\n`],
    ['a merge key in a step', `${head}steps:\n  - { «RB108|<<»: *a, title: Wait }\n`],
    [
      'a number that is too large',
      `${head}steps:\n  - uses: node.probe\n    with: { node: a, samples: «RB112|9007199254740993» }\n`,
    ],
    ['two lists of steps', `${head}steps:\n${probe}«RB107|steps»:\n  - if: steps.probe.ok\n    wait: 1s\n`],
    ['a tag on a map', `${head}guard: «RB109|!x» { cooldown: 5m }\nsteps: [{ wait: 1s }]\n`],
    ['an alias instead of triggers', `${head}triggers: «RB108|*t»\nsteps:\n  - undoLeft: true\n`],
    ['an alias instead of steps', `${head}steps: «RB108|*t»\nverify: { that: steps.a.ok }\n`],
    [
      'an alias as the action that is done again',
      `${head}steps:\n  - id: look\n    uses: «RB108|*a»\n  - approve: { message: Go?, from: oncall, deadline: 5m, onDeadline: reject, recheck: look }\n`,
    ],
    ['a tag as a step', `${head}steps:\n  - «RB109|!a» x\n`],
    ['a tag as an action', `${head}steps:\n  - uses: «RB109|!node.probe»\n`],
    ['a tag as a number', `${head}steps:\n  - wait: 1s\n    retry: { attempts: «RB109|!x» 3 }\n`],
    ['a tag as everything', '«RB109|!x» y\n'],
    ['a tag before a wrong condition', `${head}steps:\n${probe}  - if: «RB109|!steps.probe.ok»\n    wait: 1s\n`],
    ['a second document', `${head}steps: [{ wait: «RB204|soon» }]\n---\n«RB115|runbook: b\n»`],
  ])('%s', (_, marked) => {
    const { text, told } = unmarkAll(marked)
    expect(toldOf(text)).toEqual(told)
  })
})

describe('a mistyped key is told, and then taken as the key that was meant', () => {
  const head = 'runbook: try-me\nsummary: Tries.\nsteps:\n'
  test.each([
    [
      'of a step',
      `${head}  - waitUntil: node.probe\n    with: { node: a }\n    until: output.healthy\n    «RB201|timout»: 5s\n`,
    ],
    [
      'that accepts',
      `${head}  - uses: disk.wipe\n    with: { node: a }\n    «RB201|irreversibel»: true\n    needsApproval: { from: oncall, deadline: 5m, onDeadline: reject }\n`,
    ],
    ['that names', `${head}  - «RB201|idd»: a\n    wait: 1s\n  - if: steps.a.ok\n    wait: 1s\n`],
    ['of the runbook', `runbook: try-me\nsummary: Tries.\n«RB201|stepz»:\n  - wait: «RB204|soon»\n`],
    ['of a loop', `${head}  - «RB201|forEah»: [1]\n    key: item\n    do: [{ wait: 1s }]\n`],
    ['of an approval', `${head}  - approve: { message: Go?, from: oncall, «RB201|dedline»: 5m, onDeadline: reject }\n`],
  ])('%s', (_, marked) => {
    const { text, told } = unmarkAll(marked)
    expect(toldOf(text)).toEqual(told)
  })
})

test('a thousand mistyped keys are told as fast as a thousand others', () => {
  const inputs = Array.from({ length: 900 }, (_, n) => `  n${n}: { «RB201|tpye»: «RB204|strnig» }`).join('\n')
  const { text, told } = unmarkAll(`runbook: try-me\nsummary: Tries.\ninputs:\n${inputs}\nsteps: [{ wait: 1s }]\n`)
  expect(toldOf(text)).toEqual(told)
})
