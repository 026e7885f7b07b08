// Texts from the world are shown, never obeyed, whichever verb shows them (reliability.md, T16).
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeTerminal, toSafeJson } from '../../src/cli/escape-terminal.ts'
import {
  createWorld,
  fakeDecision,
  fakeGate,
  fakeResult,
  fakeState,
  fakeSummary,
  RUN_ID,
  speak,
  type World,
} from './fakes.ts'
import { makeRunbookFolder } from './runbook-folder.ts'

const folder = makeRunbookFolder()

/** Anything that a terminal could obey, the line feed aside. */
// oxlint-disable-next-line no-control-regex -- these characters are the very thing that is looked for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/

const HOSTILE = [
  '\u001b[2J\u001b[H', // clears the screen
  '\u001b]0;owned\u0007', // sets the title
  '\u001b]52;c;Y3VybA==\u0007', // writes the clipboard
  '\u009b31m\u009d0;x\u009c', // the same by C1
  '\u202egnp.exe\u2066', // turns the line around
  'ok\r\u001b[K✓ effective', // overwrites the line
  'x\n✓ effective after 1 s', // begins a line of ours
  '\u0008\u0008\u0008', // eats what is before it
  '\u{e0041}\u200b\ufeff', // cannot be seen
].join('')

const binary = fc.string({ unit: 'binary', maxLength: 200 })

describe('escaping', () => {
  test('no text keeps a character that a terminal obeys', () =>
    fc.assert(fc.property(binary, (text) => !OBEYED.test(escapeTerminal(text)))))
  test('plain text of any language stays as it is', () => {
    for (const text of ['Grüße', 'ノード', '✓ φ 9.1', 'a\nb', '🚑', '']) expect(escapeTerminal(text)).toBe(text)
  })
  test('JSON keeps its value and carries no character that a terminal obeys', () =>
    fc.assert(
      fc.property(fc.dictionary(binary, binary), (value) => {
        const json = toSafeJson(value)
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(OBEYED.test(json) || json.includes('\n')).toBe(false)
      }),
    ))
})

function hostileWorld(): World {
  const world = createWorld()
  const gate = { ...fakeGate, title: HOSTILE, message: HOSTILE, id: HOSTILE, snapshot: { x: HOSTILE } }
  const steps = fakeState.steps.map((step) => ({ ...step, title: HOSTILE, code: HOSTILE, message: HOSTILE }))
  const result = {
    ...fakeResult,
    outcome: 'failed' as const,
    code: HOSTILE,
    message: HOSTILE,
    failure: { code: 'rejected' as const, message: HOSTILE },
  }
  world.runs = [{ ...fakeSummary, waiting: true, runbook: HOSTILE, target: HOSTILE }]
  world.state = {
    ...fakeState,
    runbook: HOSTILE,
    target: HOSTILE,
    steps,
    gates: [gate],
    notes: [{ at: 0, text: HOSTILE }],
    result,
  }
  world.decision = { ...fakeDecision, message: HOSTILE, reason: HOSTILE }
  const body = { ...fakeDecision, message: HOSTILE, reason: HOSTILE, runbook: HOSTILE }
  world.records = [
    { id: 'x', kind: 'decision', at: 0, cluster: 'lab', target: 'node-2', workflowId: HOSTILE, body: body as never },
  ]
  world.health = { server: HOSTILE, workers: 1, problem: null }
  return world
}

const VERBS = [
  'list',
  'show --latest',
  'why node-2',
  'history',
  'status',
  'doctor',
  `follow ${RUN_ID} --timeout 1s`,
  'approve --yes',
  'run single-node-recovery -i node=node-2',
  'explain \u001b[2J',
  'show \u001b]0;x\u0007',
  'check /tmp/\u001b[2J',
  'plan \u009b2J',
]

describe('every verb', () => {
  for (const words of VERBS)
    test(`${escapeTerminal(words)} shows hostile texts as text, piped, on a terminal and as JSON`, async () => {
      for (const [tty, json] of [
        [false, false],
        [true, false],
        [false, true],
      ] as const) {
        const { out, err } = await speak([...words.split(' '), ...(json ? ['--json'] : [])], hostileWorld(), folder, {
          tty,
          canAsk: true,
          answer: 'no',
        })
        // A form feed is how the fake terminal marks that it draws again.
        expect(out.replaceAll('\f', '')).not.toMatch(OBEYED)
        expect(err).not.toMatch(OBEYED)
        expect(out).not.toMatch(/^✓ effective/m)
        expect(out + err).not.toBe('')
      }
    })

  test('--raw shows them as they are', async () => {
    expect((await speak(['show', '--latest', '--raw'], hostileWorld(), folder)).out).toContain('\u001b[2J')
  })
})
