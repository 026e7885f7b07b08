// One row per promise of `phix help exit-codes`: words, world, code.
import { expect, test } from 'vitest'
import { EXIT, exitOfEngineError, exitOfOutcome } from '../../src/cli/exit-codes.ts'
import { OUTCOMES } from '../../src/plan/run.ts'
import {
  createWorld,
  fakeDecision,
  fakeGate,
  fakeResult,
  fakeState,
  fakeSummary,
  RUN_ID,
  speak,
  unreachable,
  type IoOptions,
  type World,
} from './fakes.ts'
import { BAD, makeRunbookFolder } from './runbook-folder.ts'

const folder = makeRunbookFolder()
const broken = makeRunbookFolder({ 'bad.yaml': BAD })
const closed = { ...fakeSummary, status: 'completed' as const, closedAt: 1 }

const queued = {
  ...fakeDecision,
  kind: 'held' as const,
  reason: 'queued',
  message: 'It waits for the run on `node-2`.',
  workflowId: null,
}

const ROWS: readonly (readonly [
  title: string,
  words: string,
  exit: number,
  change?: ((world: World) => void) | undefined,
  where?: string | undefined,
  io?: IoOptions,
])[] = [
  ['help', '--help', 0],
  ['version', 'version', 0],
  ['a verb that does not exist', 'heal', 2],
  ['an option that does not exist', 'list --all', 2],
  ['an argument that is missing', 'why', 2],
  ['a word that is no choice', 'completion tcsh', 2],
  ['a duration that is none', 'follow --timeout soon', 2],
  ['runbooks without mistakes', 'check', 0],
  ['a runbook with a mistake', 'check', 3, undefined, broken],
  ['a mistake, told to GitHub', 'check --format github', 3, undefined, broken],
  ['a path that does not exist', 'check /nowhere/at/all', 6],
  ['a plan of a runbook that does not exist', 'plan nothing-like-it', 6],
  ['a runbook name that reaches out of the folder', 'plan ..', 6],
  ['a code that does not exist', 'explain RB999', 6],
  ['an input that is missing', 'run single-node-recovery', 2],
  ['an input that is not declared', 'run single-node-recovery -i node=node-2 -i color=red', 2],
  ['a node that is not in the inventory', 'run single-node-recovery -i node=prod-db', 6],
  ['a start', 'run single-node-recovery -i node=node-2', 0],
  [
    'a start that a guard refuses',
    'run single-node-recovery -i node=node-2',
    4,
    (world) => (world.decision = { ...fakeDecision, kind: 'refused', reason: 'locked', workflowId: null }),
  ],
  [
    'a start that is queued, and not waited for',
    'run single-node-recovery -i node=node-2',
    0,
    (world) => (world.decision = queued),
  ],
  [
    'a start that is queued for longer than the time given',
    'run single-node-recovery -i node=node-2 --wait --timeout 5s',
    5,
    (world) => (world.decision = queued),
  ],
  ['two modes at once', 'run single-node-recovery -i node=node-2 --wait --detach', 2],
  ['a run that was effective', `follow ${RUN_ID}`, 0, (world) => end(world, fakeResult)],
  ['a run that failed', `follow ${RUN_ID}`, 1, (world) => end(world, { ...fakeResult, outcome: 'failed' })],
  ['a run that people rejected', `follow ${RUN_ID}`, 4, (world) => end(world, { ...fakeResult, outcome: 'rejected' })],
  ['a run that takes longer than the watcher has time', `follow ${RUN_ID} --timeout 2s`, 5],
  ['no run that starts in time', 'follow --latest --timeout 2s', 5, (world) => (world.runs = [])],
  ['a run that does not exist', 'show nothing', 6],
  ['no run named', 'show', 2],
  [
    'an engine that is away',
    'list',
    7,
    (world) =>
      (world.connect = () => {
        throw unreachable()
      }),
  ],
  [
    'status while the engine is away',
    'status',
    7,
    (world) =>
      (world.connect = () => {
        throw unreachable()
      }),
  ],
  ['an approval in a script without --yes', 'approve', 2, waiting],
  ['an approval', 'approve --yes', 0, waiting],
  ['a rejection without a reason', 'reject --yes', 2, waiting],
  ['an approval of a run that waits for nobody', `approve ${RUN_ID} --yes`, 6],
  ['a verb to a run that has ended', `cancel ${RUN_ID} --why x --yes`, 4, (world) => (world.runs = [closed])],
  ['an output that is no JSON', `supply ${RUN_ID} --value {`, 2, waiting],
  ['a fault that the lab does not have', 'lab break node-1 fire', 2],
  ['several nodes at once', 'lab break node-1 node-2 hang', 0],
  ['a node without a fault', 'lab break node-1', 2],
  ['a fault without a node', 'lab break kill', 2],
  ['nothing to break', 'lab break', 2],
  ['sides of the lab', 'lab break --partition 2/3', 0],
  ['sides and nodes at once', 'lab break node-1 --partition 2/3', 2],
  ['a split brain without a partition', 'lab break node-1 kill --split-brain', 2],
  ['an approval that may not ask, on a terminal', 'approve --no-input', 2, waiting, undefined, { canAsk: true }],
  ['a family without a verb', 'lab', 2],
  ['a healthy installation', 'doctor', 0],
  ['an installation without workers', 'doctor', 1, (world) => (world.health = { ...world.health, workers: 0 })],
  [
    'an installation without a server',
    'doctor',
    7,
    (world) =>
      (world.connect = () => {
        throw unreachable()
      }),
  ],
]

function waiting(world: World): void {
  world.runs = [{ ...fakeSummary, waiting: true }]
  world.state = { ...fakeState, gates: [fakeGate] }
}

function end(world: World, result: World['result']): void {
  world.runs = [closed]
  world.result = result
}

for (const [title, words, exit, change, where = folder, io] of ROWS)
  test(`${title}: \`phix ${words}\` exits ${exit}`, async () => {
    const world = createWorld()
    change?.(world)
    const said = await speak(words.split(' '), world, where, io)
    expect(said).toMatchObject({ exit })
    // A failure is told, with what to do, and never as a stack.
    if (exit !== 0) expect(said.err + said.out).not.toBe('')
    expect(said.err).not.toMatch(/\n {4}at /)
  })

test('the codes are the promised ones', () => {
  expect(EXIT).toEqual({
    ok: 0,
    failed: 1,
    usage: 2,
    invalid: 3,
    refused: 4,
    timedOut: 5,
    notFound: 6,
    unreachable: 7,
    changes: 8,
    interrupted: 130,
    terminated: 143,
  })
})

test('every outcome of a run has a code, and only the two good ones are 0', () => {
  expect(OUTCOMES.filter((outcome) => exitOfOutcome(outcome) === 0)).toEqual(['effective', 'recovered'])
  expect(exitOfOutcome(null)).toBe(EXIT.failed)
})

test('every reason of the engine has a code', () => {
  expect(exitOfEngineError('unreachable')).toBe(7)
  expect(exitOfEngineError('not-found')).toBe(6)
  expect(exitOfEngineError('refused')).toBe(4)
})

test('an error is shown with its stack only with --debug', async () => {
  const world = createWorld()
  world.connect = () => {
    throw new Error('a bug')
  }
  expect((await speak(['list'], world, folder)).err).not.toContain('at ')
  expect((await speak(['list', '--debug'], world, folder)).err).toContain('at ')
})
