// The program in a real process: on a real terminal (util-linux `script` gives one), in a pipe, and how fast it speaks.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RUN_ID } from './fakes.ts'
import { makeRunbookFolder } from './runbook-folder.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = makeRunbookFolder()
const hasScript = spawnSync('script', ['--version']).status === 0
const inCi = Boolean(process.env['CI'])
// Built once, as it ships: a loader at run time would be measured too. Inside the project, so that packages are found.
const built = mkdtempSync(join(root, '.phix-stub-'))
const stub = join(built, 'test/cli/stub-phix.js')

beforeAll(() => {
  const config = join(built, 'tsconfig.json')
  const options = {
    noEmit: false,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    rootDir: root,
    outDir: built,
    incremental: false,
  }
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: options,
      include: [],
      files: [join(root, 'test/cli/stub-phix.ts')],
    }),
  )
  const done = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', config], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`the stub does not build: ${done.stdout}${done.stderr}`)
})
afterAll(() => rmSync(built, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly firstByteMs: number
}

const TERMINAL = { TERM: 'xterm-256color', NO_COLOR: '', FORCE_COLOR: '' }

function watch(child: ChildProcess, onOut: (text: string) => void = () => undefined): Promise<Ended> {
  const began = performance.now()
  let firstByteMs = Infinity
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    firstByteMs = Math.min(firstByteMs, performance.now() - began)
    out += chunk.toString('utf8')
    onOut(out)
  })
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')))
  return new Promise((done) => child.on('close', (code) => done({ code, out, err, firstByteMs })))
}

const piped = (words: readonly string[], scene = 'still', env = {}): Promise<Ended> =>
  watch(spawn(process.execPath, [stub, folder, scene, ...words], { env: { ...process.env, ...TERMINAL, ...env } }))

/** Runs it on a terminal of its own; `type` answers what a person types once they have seen this. */
function onTerminal(
  words: string,
  scene: string,
  env = {},
  type: (seen: string) => string | null = () => null,
): Promise<Ended> {
  const command = `stty rows 40 cols 100; ${process.execPath} ${stub} ${folder} ${scene} ${words}`
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, ...TERMINAL, ...env } })
  return watch(child, (seen) => {
    const keys = type(seen)
    if (keys !== null) child.stdin.write(keys)
  })
}

/** Types these keys the first time that this is seen. */
function once(sign: string, keys: string): (seen: string) => string | null {
  let isTyped = false
  return (seen) => {
    if (isTyped || !seen.includes(sign)) return null
    isTyped = true
    return keys
  }
}

// oxlint-disable-next-line no-control-regex -- a terminal's commands are what is looked for
const COLOR = /\u001b\[3\dm/
// oxlint-disable-next-line no-control-regex -- the same
const CURSOR = /\u001b\[\d*[AGJK]/

describe('in a pipe', () => {
  test('nothing is coloured and nothing moves', async () => {
    const { code, out } = await piped(['follow', '--latest', '--every', '20ms'], 'healing')
    expect(code).toBe(0)
    expect(out).not.toContain('\u001b')
    expect(out).toContain('✓ effective')
  })

  test('a reader that goes away ends it quietly', async () => {
    const child = spawnSync('sh', ['-c', `${process.execPath} ${stub} ${folder} still docs | head -n 1`], {
      encoding: 'utf8',
    })
    expect(child.stdout).toBe('# Actions\n')
    expect(child.stderr).toBe('')
  })

  test('SIGINT detaches, and the exit code says that it was interrupted', async () => {
    const child = spawn(process.execPath, [stub, folder, 'still', 'follow', RUN_ID, '--every', '20ms'], {
      env: { ...process.env, ...TERMINAL },
    })
    const { code, err } = await watch(child, (out) => {
      if (out.includes('Restart')) child.kill('SIGINT')
    })
    expect(code).toBe(130)
    expect(err).toContain(`Come back with: phix follow ${RUN_ID}`)
  })
})

test('completion works in a real bash: verbs, verbs of a family, options', async () => {
  const { out: script } = await piped(['completion', 'bash'])
  const complete = (words: string): string => {
    const line = `${script}\nCOMP_WORDS=(phix ${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _phix; echo "\${COMPREPLY[@]}"`
    return spawnSync('bash', ['-c', line], { encoding: 'utf8' }).stdout.trim()
  }
  expect(complete('sta')).toBe('status')
  expect(complete('lab br')).toBe('break')
  expect(complete('follow --ti')).toBe('--timeout')
  expect(complete('lab break --for')).toBe('--for-good')
})

describe.skipIf(!hasScript && !inCi)('on a terminal (needs util-linux `script`)', () => {
  test('follow redraws its table in colour and ends with the outcome', async () => {
    const { code, out } = await onTerminal('follow --latest --every 50ms', 'healing')
    expect(code).toBe(0)
    expect(out).toMatch(COLOR)
    expect(out).toMatch(CURSOR)
    expect(out).toContain('effective')
  })

  test('NO_COLOR keeps the table and takes the colours', async () => {
    const { out } = await onTerminal('follow --latest --every 50ms', 'healing', { NO_COLOR: '1' })
    expect(out).not.toMatch(COLOR)
    expect(out).toContain('✓ effective')
  })

  test('--no-color does the same', async () => {
    expect((await onTerminal('status --no-color', 'still')).out).not.toMatch(COLOR)
  })

  test('TERM=dumb moves no cursor and has no colours', async () => {
    const { out } = await onTerminal('follow --latest --every 50ms', 'healing', { TERM: 'dumb' })
    expect(out).not.toContain('\u001b')
    expect(out).toContain('✓ effective')
  })

  for (const [keys, name, exit, said] of [
    ['yes\n', 'yes', 0, true],
    ['no\n', 'no', 4, false],
    ['\u0004', 'Ctrl-D', 4, false],
    ['\u0003', 'Ctrl-C', 130, false],
  ] as const)
    test(`approve asks, and ${name} ends with ${exit}`, async () => {
      const { code, out } = await onTerminal('approve', 'waiting', {}, once('Type yes', keys))
      expect(out).toContain('binds to  abcdef01')
      expect(out.includes('was accepted')).toBe(said)
      expect(code).toBe(exit)
    })

  test('Ctrl-C detaches with the command to come back', async () => {
    const { code, out } = await onTerminal(`follow ${RUN_ID} --every 50ms`, 'still', {}, once('Restart', '\u0003'))
    expect(code).toBe(130)
    expect(out).toContain(`phix follow ${RUN_ID}`)
  })
})
