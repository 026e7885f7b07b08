// Degraded modes and emergency values on the command line: said by hand, listed, in the first lines of the status, in why.
import { beforeAll, describe, expect, test } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import type { AdaptedSetting, StandingMode } from '../../src/guard/protocol.ts'
import type { Mode } from '../../src/inventory/inventory.ts'
import { createFakeEngine, createWorld, fakeCluster, fakeDetectorState, NOW, speak } from './fakes.ts'
import { makeRunbookFolder } from './runbook-folder.ts'

let folder = ''
beforeAll(() => {
  folder = makeRunbookFolder()
})

const declared: Mode = {
  ...{ name: 'read-only', summary: 'Nothing is written.', lost: ['writes'], kept: ['reads'] },
  ...{ clearWhen: null, forMs: 60_000, longestMs: null },
}
const standing: StandingMode = {
  ...{ mode: 'read-only', since: NOW - 60_000, toldAt: null },
  heldBy: [{ kind: 'person', name: 'grace', at: NOW - 60_000, why: 'migration' }],
}
const three: AdaptedSetting = {
  ...{ setting: 'breaker.failures', value: 3, usual: 5, since: NOW, because: 'mode read-only' },
}
const audit = {
  ...{ id: 'm', kind: 'audit' as const, at: NOW - 60_000, cluster: 'lab', target: 'lab/modes', workflowId: null },
  body: { text: '`grace` entered degraded mode `read-only`: migration', standing: [standing] as never, adapted: [] },
}

function createWorldWith(modes: readonly StandingMode[], adapted: readonly AdaptedSetting[] = []) {
  const world = createWorld()
  world.inventory = { ...world.inventory, clusters: [{ ...fakeCluster, modes: [declared] }] }
  const engine = createFakeEngine(world)
  const state = async () => ({ ...fakeDetectorState, modes, adapted })
  world.connect = () => ({ ...engine, detector: { ...engine.detector, state } })
  return world
}
const say = (words: readonly string[], world = createWorldWith([])) => speak(words, world, folder)

describe('phix mode', () => {
  test.each([
    ['on', true],
    ['off', false],
  ] as const)('%s tells the detector, with who and why', async (word, on) => {
    const world = createWorldWith([])
    const { out, exit } = await say(['mode', word, 'lab', 'read-only', '--why', 'migration'], world)
    expect([exit, out]).toEqual([EXIT.ok, 'mode was heard by lab\n'])
    expect(world.commanded).toEqual([
      { cluster: 'lab', kind: 'mode', by: 'ada', why: 'migration', requestId: 'string', mode: 'read-only', on },
    ])
  })

  test.each([
    [['mode', 'on', 'lab', 'read-onyl', '--why', 'x'], EXIT.notFound, 'did you mean `read-only`?'],
    [['mode', 'on', 'lba', 'read-only', '--why', 'x'], EXIT.notFound, 'did you mean `lab`?'],
    [['mode', 'on', 'lab', 'read-only'], EXIT.usage, 'It needs a reason'],
  ])('%j is refused before anything is said', async (words, code, sentence) => {
    const world = createWorldWith([])
    const { err, exit } = await say(words, world)
    expect(exit).toBe(code)
    expect(err).toContain(sentence)
    expect(world.commanded).toEqual([])
  })

  test('list shows what is on, who holds it, and what is lost and kept', async () => {
    const { out } = await say(['mode', 'list', '--json'], createWorldWith([standing]))
    expect(JSON.parse(out)).toMatchObject({
      modes: [{ cluster: 'lab', mode: 'read-only', on: true, heldBy: ['grace'], lost: ['writes'], kept: ['reads'] }],
      stale: [],
    })
  })

  test('list shows what the journal had last while the detector cannot be asked, and says so', async () => {
    const world = createWorldWith([])
    const engine = createFakeEngine(world)
    const state = () => Promise.reject(new Error('away'))
    world.connect = () => ({ ...engine, detector: { ...engine.detector, state } })
    world.records = [audit]
    const { out, err } = await say(['mode', 'list', '--json'], world)
    expect(JSON.parse(out)).toMatchObject({ modes: [{ mode: 'read-only', on: true }], stale: ['lab'] })
    expect(err).toContain('could not be asked')
  })
})

test('a mode and an emergency value stand above everything in `phix status`, with both values and the word that ends it', async () => {
  const { out } = await say(['status'], createWorldWith([standing], [three]))
  expect(out.split('\n').slice(0, 4)).toEqual([
    '! cluster lab is in degraded mode read-only for 1m; lost: writes; kept: reads',
    '    held by person grace: migration',
    '    phix mode off lab read-only --why "…"',
    '! cluster lab: breaker.failures is 3 instead of 5, for mode read-only',
  ])
})

test('`phix why` of a cluster shows what was changed for all of it', async () => {
  const world = createWorldWith([])
  world.records = [audit]
  const { out } = await say(['why', 'lab'], world)
  expect(out).toContain('changed   `grace` entered degraded mode `read-only`: migration')
})

test('`phix check` says what emergency values make less safe', async () => {
  const world = createWorldWith([])
  const adaptations = [{ while: { mode: 'read-only' }, set: { 'guard.keepHealthy': 0.6 }, backAfterMs: 0 }]
  world.inventory = { ...world.inventory, clusters: [{ ...fakeCluster, modes: [declared], adaptations }] }
  const { err } = await say(['check'], world)
  expect(err).toContain('`lab`: `guard.keepHealthy` is 60 % while mode `read-only` is on')
})
