// Gets what a bare clone lacks: packages, then a build. Plain Node, so that it runs before anything is installed.
// Does nothing where all is fresh. Read next: start.mjs, test.mjs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const OLDEST_NODE = [20, 19]

/** Ends the process with advice where this Node is too old. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  console.error(
    `Phix needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. Install a newer Node and run the same command again.`,
  )
  process.exit(2)
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex')

/** Runs a step with its output kept back; shows it only where the step fails. */
function step(title, command, args) {
  process.stderr.write(`${title} …`)
  const began = Date.now()
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (done.status !== 0) {
    process.stderr.write(' failed\n')
    console.error(done.error?.message ?? `${done.stdout}${done.stderr}`)
    console.error(`\`${command} ${args.join(' ')}\` failed; mend what it says above and run the same command again.`)
    process.exit(1)
  }
  process.stderr.write(` ${((Date.now() - began) / 1000).toFixed(1)} s\n`)
}

function installPackages() {
  const lock = sha256(readFileSync(join(root, 'package-lock.json')))
  const stamp = join(root, 'node_modules', '.phix-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  step('Installing packages (once, a minute or two)', 'npm', [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
  writeFileSync(stamp, lock)
}

function* sourceFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* sourceFiles(path)
    else if (entry.name.endsWith('.ts')) yield path
  }
}

/** A fingerprint of every source by path, size and time of change: cheap, and wrong only towards building again. */
function sourcesFingerprint() {
  const lines = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) =>
    sha256(readFileSync(join(root, name))),
  )
  for (const folder of ['src', 'workflows', 'activities']) {
    for (const path of sourceFiles(join(root, folder))) {
      const { size, mtimeMs } = statSync(path)
      lines.push(`${relative(root, path)} ${size} ${mtimeMs}`)
    }
  }
  return sha256(lines.sort((a, b) => (a < b ? -1 : 1)).join('\n'))
}

function build() {
  const stamp = join(root, 'dist', '.phix-sources')
  const fingerprint = sourcesFingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return
  step('Building', 'npm', ['run', '--silent', 'build'])
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stamp, fingerprint)
}

/** Makes a clone ready to run: right Node, packages as locked, a build of the sources as they are. */
export function prepare() {
  checkNode()
  installPackages()
  build()
}
