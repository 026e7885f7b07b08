// Every check of doctor has a fixture that fails, and every failure a fix.
import { expect, test } from 'vitest'
import { checkDiskSpace, checkNodeVersion, checkSkew, CHECKS } from '../../src/cli/doctor/checks.ts'
import { createFakeDeps, createWorld, speak, unreachable, type World } from './fakes.ts'
import { runCli } from '../../src/cli/program.ts'
import type { CliDeps } from '../../src/cli/cli-deps.ts'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import type { Io } from '../../src/cli/io.ts'
import { BAD, makeRunbookFolder } from './runbook-folder.ts'

const folder = makeRunbookFolder()
const broken = makeRunbookFolder({ 'bad.yaml': BAD })

async function examine(deps: CliDeps): Promise<ReadonlyMap<string, Finding>> {
  let out = ''
  const io: Io = {
    writeOut: (text) => void (out += text),
    writeError: () => undefined,
    outIsTty: false,
    errorIsTty: false,
    canAsk: false,
    colors: false,
    columns: 80,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    sleep: async () => undefined,
    ask: async () => '',
    readStdin: async () => '',
    onInterrupt: () => () => undefined,
    exit: () => undefined,
    live: () => Promise.reject(new Error('not asked for')),
  }
  await runCli(['doctor', '--json'], deps, io)
  const { findings } = JSON.parse(out) as { findings: Finding[] }
  return new Map(findings.map((finding) => [finding.name, finding]))
}

const inspect = (deps: CliDeps, change: object): CliDeps => ({
  ...deps,
  inspection: async () => ({ ...(await deps.inspection()), ...change }),
})

const FIXTURES: readonly (readonly [string, Finding['level'], (world: World) => CliDeps])[] = [
  ['temporal cli', 'warn', (world) => inspect(createFakeDeps(world, folder), { temporalCli: async () => null })],
  [
    'server',
    'bad',
    (world) => (
      (world.connect = () => {
        throw unreachable()
      }),
      createFakeDeps(world, folder)
    ),
  ],
  ['namespace', 'bad', (world) => inspect(createFakeDeps(world, folder), { namespaceExists: async () => false })],
  [
    'search attributes',
    'bad',
    (world) => ((world.attributes['PhixWaiting'] = 'Keyword'), createFakeDeps(world, folder)),
  ],
  ['workers', 'bad', (world) => ((world.health = { ...world.health, workers: 0 }), createFakeDeps(world, folder))],
  ['workflow bundle', 'bad', (world) => inspect(createFakeDeps(world, folder), { bundle: async () => null })],
  ['runbooks', 'bad', (world) => createFakeDeps(world, broken)],
  [
    'inventory',
    'warn',
    (world) => ((world.inventory = { ...world.inventory, acceptance: true }), createFakeDeps(world, folder)),
  ],
  ['people', 'warn', (world) => createFakeDeps(world, folder)],
  [
    'data folder',
    'bad',
    (world) => ({
      ...createFakeDeps(world, folder),
      settings: async () => ({ ...(await createFakeDeps(world, folder).settings()), dataFolder: '/dev/null/phix' }),
    }),
  ],
  [
    'disk space',
    'bad',
    (world) => ({
      ...createFakeDeps(world, folder),
      settings: async () => ({ ...(await createFakeDeps(world, folder).settings()), dataFolder: '/dev/null/phix' }),
    }),
  ],
  ['clock', 'bad', (world) => ((world.skewMs = 60_000), createFakeDeps(world, folder))],
]

for (const [name, level, fixture] of FIXTURES)
  test(`the check \`${name}\` finds what is wrong and says how to mend it`, async () => {
    const finding = (await examine(fixture(createWorld()))).get(name)
    expect(finding).toMatchObject({ level })
    expect(finding?.fix).toBeTruthy()
  })

test('every check but the one of Node itself has a failing fixture', () => {
  expect(CHECKS).toHaveLength(FIXTURES.length + 1)
})

test('an old Node, a full disk and a wrong clock are judged at their limits', () => {
  expect(checkNodeVersion('20.18.9').level).toBe('bad')
  expect(checkNodeVersion('20.19.0').level).toBe('good')
  expect(checkNodeVersion('22.0.0').level).toBe('good')
  expect(checkDiskSpace(50 * 1024 ** 2).level).toBe('bad')
  expect(checkDiskSpace(500 * 1024 ** 2).level).toBe('warn')
  expect(checkSkew(-2_000).level).toBe('warn')
  expect(checkSkew(900).level).toBe('good')
})

test('one check that fails keeps no other from being shown', async () => {
  const world = createWorld()
  world.connect = () => {
    throw new Error('boom')
  }
  const { out } = await speak(['doctor'], world, folder)
  expect(out).toContain('✗ server')
  expect(out).toContain('✓ inventory')
})
