// What the verbs print, piped and on a terminal, as golden files.
import { expect, test } from 'vitest'
import {
  createWorld,
  fakeGate,
  fakeResult,
  fakeState,
  fakeSummary,
  NOW,
  RUN_ID,
  speak,
  unreachable,
  type IoOptions,
  type World,
} from './fakes.ts'
import { expectGolden } from './golden.ts'
import { BAD, makeRunbookFolder } from './runbook-folder.ts'

const folder = makeRunbookFolder()
const broken = makeRunbookFolder({ 'bad.yaml': BAD })

const waiting = (world: World): void => {
  world.runs = [{ ...fakeSummary, waiting: true }]
  world.state = { ...fakeState, gates: [fakeGate] }
}
const away = (world: World): void => {
  world.connect = () => {
    throw unreachable()
  }
}
const healing = (world: World): void => {
  world.onLook = (look) => {
    const done = fakeState.steps.map((step) => ({
      ...step,
      status: 'completed' as const,
      attempts: 1,
      startedAt: NOW - 12_000,
      endedAt: NOW,
    }))
    if (look === 1) world.state = unreachable()
    if (look >= 2) world.state = { ...fakeState, steps: done, result: fakeResult }
    if (look < 3) return
    world.runs = [{ ...fakeSummary, status: 'completed', closedAt: NOW, outcome: 'effective' }]
    world.result = fakeResult
  }
}

const CASES: readonly (readonly [
  name: string,
  words: string,
  change?: ((world: World) => void) | undefined,
  io?: IoOptions | undefined,
  where?: string,
])[] = [
  ['help', '--help'],
  ['help-run', 'help run'],
  ['help-exit-codes', 'help exit-codes'],
  ['status', 'status'],
  ['status-json', 'status --json'],
  ['status-acceptance', 'status', (world) => (world.inventory = { ...world.inventory, acceptance: true })],
  ['status-engine-away', 'status', away],
  ['list', 'list'],
  ['list-json', 'list --json'],
  ['list-empty', 'list', (world) => (world.runs = [])],
  ['show', `show ${RUN_ID}`],
  ['show-waiting', 'show --latest', waiting],
  ['show-without-worker', 'show --latest', (world) => (world.state = unreachable())],
  ['why', 'why node-2'],
  ['why-by-alias', 'why node-2:9100'],
  ['history', 'history'],
  ['plan', 'plan single-node-recovery --input node=node-2'],
  ['plan-offline', 'plan single-node-recovery --input node=node-2 --offline'],
  ['plan-json', 'plan single-node-recovery --input node=node-2 --json --quiet'],
  ['run-piped', 'run single-node-recovery --input node=node-2'],
  ['run-wait', 'run single-node-recovery --input node=node-2 --wait', healing],
  ['follow-piped', 'follow --latest', healing],
  ['follow-tty', 'follow --latest', healing, { tty: true }],
  ['follow-json', 'follow --latest --json', healing],
  ['approve-asks', 'approve', waiting, { canAsk: true, answer: 'yes' }],
  ['approve-in-a-script', 'approve', waiting],
  ['check-pretty', 'check', undefined, undefined, broken],
  ['check-github', 'check --format github', undefined, undefined, broken],
  ['check-sarif', 'check --format sarif', undefined, undefined, broken],
  ['check-json', 'check --format json', undefined, undefined, broken],
  ['explain', 'explain rb201'],
  ['graph-mermaid', 'graph single-node-recovery'],
  ['graph-dot', 'graph single-node-recovery --format dot'],
  ['docs-runbook', 'docs single-node-recovery'],
  ['docs-catalogue', 'docs'],
  ['lab-status', 'lab status'],
  ['lab-break', 'lab break node-1 kill --for-good'],
  ['list-plain', 'list --plain'],
  ['status-plain', 'status --plain'],
  ['check-plain', 'check --plain', undefined, undefined, broken],
]

for (const [name, words, change, io, where = folder] of CASES)
  test(`phix ${words} prints ${name}.txt`, async () => {
    const world = createWorld()
    change?.(world)
    const { exit, out, err } = await speak(words.split(' '), world, where, io)
    const text = `$ phix ${words}\n${out}--- stderr\n${err}--- exit ${exit}\n`
    expectGolden(name, text.replaceAll(where, '<folder>').replace(/(\.\.\/)+tmp\/phix-cli-\w+/g, '<folder>'))
  })

test('every --json answer is one line that begins with its version', async () => {
  for (const words of [
    'status',
    'list',
    'show --latest',
    'why node-2',
    'history',
    'doctor',
    'version',
    'lab status',
    'help exit-codes',
    'explain RB201',
    'docs',
    'graph single-node-recovery',
    'check',
  ]) {
    const { out } = await speak([...words.split(' '), '--json'], createWorld(), folder)
    expect(out.trimEnd().split('\n'), words).toHaveLength(1)
    expect(JSON.parse(out), words).toMatchObject({ v: 1 })
  }
})

test('an error with --json is JSON on stdout too', async () => {
  const { out } = await speak(['show', 'nothing', '--json'], createWorld(), folder)
  expect(JSON.parse(out)).toMatchObject({ v: 1, error: { exit: 6 } })
})

test('-q says nothing but data', async () => {
  const { out, err } = await speak(['plan', 'single-node-recovery', '-i', 'node=node-2', '-q'], createWorld(), folder)
  expect(err).toBe('')
  expect(out).toContain('Restart its service')
})
