// All of Phix's checks and tests: `npm test`, `npm run test:unit`, `npm run test:full`, `npm run test:acceptance` (what the
// lab has to show for hours). Fast tiers first; the last line
// is `N passed, N failed`. A test that a missing program would skip is a failure where CI is set, a named skip elsewhere.
// `full` runs the long matrices too (PHIX_FULL=1), from a seed that is printed and that PHIX_SEED repeats; with
// `--shard 1/4` only that part of the files, so that several machines share them.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { prepare, root } from './prepare.mjs'

const mode = process.argv[2] ?? 'all'
const shard = readShard(process.argv.slice(3))
const isFull = mode === 'full'
const isAcceptance = mode === 'acceptance'
/** Full runs look elsewhere each day; all others are the same each time. */
const seed = process.env.PHIX_SEED || (isFull || isAcceptance ? String(Math.floor(Math.random() * 1_000_000_000)) : '')
const matrices = {
  ...(isFull ? { PHIX_FULL: '1' } : {}),
  ...(isAcceptance ? { PHIX_ACCEPTANCE: '1' } : {}),
  ...(seed ? { PHIX_SEED: seed } : {}),
}
const inCi = Boolean(process.env.CI)
const bin = (name) => join(root, 'node_modules', '.bin', name)
/** @type {{ passed: number, failed: number, skipped: string[], failures: string[] }} */
const tally = { passed: 0, failed: 0, skipped: [], failures: [] }

const CHECKS = [
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the pure rooms, without Node', bin('tsc'), ['-p', 'tsconfig.pure.json']],
  ['lint', bin('oxlint'), ['--type-aware']],
  [
    'format',
    bin('prettier'),
    ['--check', '--log-level=warn', 'src', 'workflows', 'activities', 'test', 'scripts', 'bench'],
  ],
]

const TIERS = {
  unit: {
    title: 'pure and in-process',
    include: 'test/**/*.test.ts',
    exclude: ['**/*.contract.test.ts', '**/*.e2e.test.ts'],
    workers: 2,
  },
  contract: { title: 'against real programs', include: 'test/**/*.contract.test.ts', exclude: [], workers: 2 },
  e2e: {
    title: 'end to end on a real Temporal server',
    include: 'test/**/*.e2e.test.ts',
    // What takes many minutes on its own is for `npm run test:acceptance`.
    exclude: ['**/*.long.e2e.test.ts'],
    workers: 1,
  },
  acceptance: {
    title: 'acceptance in the lab, one story after the other',
    include: 'test/e2e/{quiet,*.long}.e2e.test.ts',
    exclude: [],
    workers: 1,
  },
}

/** `--shard 1/4`, or null. Ends the process where it is written wrongly: a part that is left out would be no test. */
function readShard(words) {
  if (words.length === 0) return null
  const [index = 0, count = 0] =
    /^([1-9]\d*)\/([1-9]\d*)$/
      .exec(words[1] ?? '')
      ?.slice(1)
      .map(Number) ?? []
  if (words.length === 2 && words[0] === '--shard' && index >= 1 && index <= count) return `${index}/${count}`
  console.error(`\`${words.join(' ')}\` is no shard; write \`--shard 1/4\``)
  process.exit(2)
}

function check([title, command, args]) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (done.status === 0) {
    tally.passed++
    console.log(`ok  ${title}`)
    return
  }
  tally.failed++
  tally.failures.push(`check: ${title}`)
  console.log(`NOT ok  ${title}\n${done.stdout}${done.stderr}`)
}

/** Runs one tier with Vitest; its live output is shown, its JSON report is counted. */
async function runTier(name, environment) {
  const tier = TIERS[name]
  console.log(`\n── ${tier.title}`)
  const folder = mkdtempSync(join(tmpdir(), 'phix-test-'))
  const report = join(folder, 'report.json')
  const args = [
    'run',
    '--config',
    'vitest.config.ts',
    `--maxWorkers=${tier.workers}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...(shard === null ? [] : [`--shard=${shard}`, '--passWithNoTests']),
  ]
  const child = spawn(bin('vitest'), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment, PHIX_TEST_INCLUDE: tier.include, PHIX_TEST_EXCLUDE: tier.exclude.join(',') },
  })
  const status = await new Promise((resolve) => child.on('close', resolve))
  count(name, report, status)
  rmSync(folder, { recursive: true, force: true })
}

function count(tierName, report, status) {
  let files
  try {
    files = JSON.parse(readFileSync(report, 'utf8')).testResults
  } catch {
    tally.failed++
    tally.failures.push(`${tierName}: the test runner ended (${status}) without a report`)
    return
  }
  const before = tally.failed
  for (const file of files) {
    const path = relative(root, file.name)
    if (file.assertionResults.length === 0 && file.status === 'failed') fail(`${path}: ${file.message.split('\n')[0]}`)
    for (const test of file.assertionResults) {
      const title = `${path}: ${test.fullName}`
      if (test.status === 'passed') tally.passed++
      else if (test.status === 'failed') fail(title)
      else if (inCi) fail(`${title} (skipped, which CI does not allow)`)
      else tally.skipped.push(title)
    }
  }
  if (status !== 0 && tally.failed === before) fail(`${tierName}: errors outside of any test, see above`)
}

function fail(title) {
  tally.failed++
  tally.failures.push(title)
}

/** The Temporal CLI that all e2e tests use, found or fetched once. */
async function temporalCli() {
  const { findTemporalCli } = await import(pathToFileURL(join(root, 'dist/src/temporal/cli-binary.js')).href)
  return findTemporalCli({ cacheFolder: join(root, '.phix', 'bin') })
}

prepare()
if (seed) console.log(`PHIX_SEED=${seed}${shard === null ? '' : `, shard ${shard}`}`)
if (isAcceptance) await runTier('acceptance', { TEMPORAL_CLI_PATH: await temporalCli(), ...matrices })
else await runTiers()

async function runTiers() {
  if (shard === null || shard.startsWith('1/')) for (const each of CHECKS) check(each)
  await runTier('unit', matrices)
  if (mode === 'unit') return
  const TEMPORAL_CLI_PATH = await temporalCli()
  await runTier('contract', { TEMPORAL_CLI_PATH, ...matrices })
  await runTier('e2e', { TEMPORAL_CLI_PATH, ...matrices })
}

for (const title of tally.skipped) console.log(`skipped  ${title}`)
for (const title of tally.failures) console.log(`FAILED  ${title}`)
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exit(tally.failed === 0 ? 0 : 1)
