// Removes each stage of the guard in turn and lists the tests that turn red: a guard that no test misses is no guard.
// `node scripts/remove-guards.mjs` prints the table and ends with 1 where a stage is missed by nobody. It works on a copy,
// so that the sources are never touched.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
// What looks at the list of stages itself would notice any removal; only what a guard does counts.
const COUNTED = '^(?!.*(each stage is needed|the oracle above is not blind))'

const copy = mkdtempSync(join(tmpdir(), 'phix-guards-'))
try {
  for (const part of ['src', 'test', 'workflows', 'activities', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const file = join(copy, 'src/guard/stages.ts')
  const source = readFileSync(file, 'utf8')
  const list = /export const STAGES = \[([\s\S]*?)\]/.exec(source)?.[1] ?? ''
  const stages = list.match(/\w+/g) ?? []
  const whole = redTests()
  if (whole.length > 0) throw new Error(`tests are red with every stage in place:\n${whole.join('\n')}`)
  const rows = stages.map((stage) => {
    writeFileSync(file, source.replace(list, list.replace(new RegExp(`\\b${stage}\\b,?`), '')))
    const red = redTests()
    process.stderr.write(`${stage}: ${red.length} red\n`)
    return { stage, red }
  })
  const table = [
    '| without the stage | tests that turn red | one of them |',
    '|---|---|---|',
    ...rows.map(({ stage, red }) => `| \`${stage}\` | ${red.length} | ${red[0] ?? '**none**'} |`),
  ].join('\n')
  process.stdout.write(`${table}\n`)
  if (rows.some(({ red }) => red.length === 0)) process.exitCode = 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}

/** Answers the titles of the guard's tests that fail in the copy. */
function redTests() {
  const words = ['vitest', 'run', 'test/guard', '--reporter=json', '--root', copy, '-t', COUNTED]
  const { stdout } = spawnSync('npx', words, { cwd: copy, encoding: 'utf8', maxBuffer: 1e8 })
  const begin = stdout.indexOf('{"')
  if (begin < 0) throw new Error('the tests could not be run')
  const { testResults } = JSON.parse(stdout.slice(begin))
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(': ').replaceAll('|', '\\|'))
    .sort((one, other) => Number(one.startsWith('any order')) - Number(other.startsWith('any order')))
}
