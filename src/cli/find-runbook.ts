// Runbook files: which ones a path means, and which one a name means. Never follows a link out of the folder it walks.
import { readFileSync, statSync } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { DENIED_NAMES, RUNBOOK_NAME } from '../plan/ids.ts'
import { CliError } from './cli-error.ts'
import type { Compiled } from '../compile/compile.ts'
import type { Diagnostic } from '../compile/diagnostics.ts'
import type { CompilerPort } from './cli-deps.ts'

export interface CompiledFile {
  readonly path: string
  readonly compiled: Compiled
}

const isRunbookFile = (name: string): boolean => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name)

/** Lists the runbook files that a path means: itself, or every one below it, sorted. Fails: notFound. */
export async function listRunbookFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => null)
  if (found === null)
    throw new CliError(
      'notFound',
      `There is no file or folder \`${path}\`.`,
      'Is the path right? It counts from where you are.',
    )
  if (!found.isDirectory()) return [path]
  const root = await realpath(path)
  const names = await readdir(path, { recursive: true })
  const kept: string[] = []
  for (const name of names.filter(isRunbookFile).sort()) {
    const full = join(path, name)
    if (await isInside(root, full)) kept.push(full)
  }
  return kept
}

async function isInside(root: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null)
  return real !== null && (real === root || real.startsWith(root + sep))
}

/** A path as it is told: short where it is below where the person is. */
const toShown = (path: string): string => {
  const fromHere = relative(process.cwd(), resolve(path))
  return fromHere.startsWith('..') || fromHere === '' ? path : fromHere
}

export interface CompiledPaths {
  readonly files: readonly CompiledFile[]
  /** Mistakes and warnings of all of them, those of files that cannot be read included. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Compiles these files together: they may run each other. */
export function compilePaths(compiler: CompilerPort, paths: readonly string[]): CompiledPaths {
  const shown = [...new Set(paths.map(toShown))]
  const { byPath, diagnostics } = compiler.compileFiles(shown)
  const files = shown.flatMap((path) => {
    const compiled = byPath.get(path)
    return compiled === undefined ? [] : [{ path, compiled }]
  })
  return { files, diagnostics }
}

/**
 * Compiles files with those beside them, which they may run, and answers for the files themselves only: what is wrong
 * with a neighbour was not asked.
 */
export async function compileWithNeighbours(
  compiler: CompilerPort,
  paths: readonly string[],
  more: readonly string[] = [],
): Promise<CompiledPaths> {
  const folders = new Set(paths.map((path) => dirname(path)))
  const neighbours = await Promise.all([...folders].map(neighboursIn))
  const { files, diagnostics } = compilePaths(compiler, [...paths, ...neighbours.flat(), ...more])
  const wanted = new Set(paths.map(toShown))
  return {
    files: files.filter(({ path }) => wanted.has(path)),
    diagnostics: diagnostics.filter(({ at }) => wanted.has(at.path)),
  }
}

async function neighboursIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter(isRunbookFile)
    .sort()
    .map((name) => join(folder, name))
}

/**
 * Finds one runbook by its name in the runbooks' folder, or by a path with a slash or an ending.
 * Fails: notFound, naming what there is; a name is never used as a path.
 */
export async function findRunbook(compiler: CompilerPort, folder: string, nameOrPath: string): Promise<CompiledFile> {
  if (/[/\\]|\.ya?ml$/.test(nameOrPath)) return findByPath(compiler, folder, nameOrPath)
  if (!RUNBOOK_NAME.test(nameOrPath) || DENIED_NAMES.includes(nameOrPath))
    throw new CliError(
      'notFound',
      `\`${nameOrPath}\` is no runbook's name: names are kebab-case.`,
      'A file is named by its path: `./my-runbook.yaml`.',
    )
  const { files } = compilePaths(compiler, await listRunbookFiles(folder))
  const named = files.find((file) => nameOf(file) === nameOrPath)
  if (named !== undefined) return named
  const names = files.map(nameOf).filter((name) => name !== null)
  throw new CliError(
    'notFound',
    `There is no runbook \`${nameOrPath}\` in \`${folder}\`.`,
    names.length === 0 ? 'The folder holds no runbook at all.' : `There are: ${names.join(', ')}.`,
  )
}

async function findByPath(compiler: CompilerPort, folder: string, path: string): Promise<CompiledFile> {
  // It may run runbooks of the project; what is wrong with those is not asked here.
  const others = await listRunbookFiles(folder).catch(() => [])
  const { files, diagnostics } = await compileWithNeighbours(compiler, [path], others)
  const found = files.find((file) => file.path === toShown(path))
  if (found !== undefined) return found
  const why = diagnostics.find(({ at }) => at.path === toShown(path))?.message ?? 'it cannot be read'
  throw new CliError('notFound', `\`${path}\` is no runbook: ${why}.`, 'Check the path and its permissions.')
}

/** Answers a runbook's name, also of a file that does not compile, as far as its first lines tell. */
export const nameOf = ({ compiled, path }: CompiledFile): string | null =>
  compiled.ok ? compiled.plan.name : (/^runbook:\s*["']?([a-z][a-z0-9-]*)/m.exec(readText(path))?.[1] ?? null)

const LONGEST_BYTES = 1024 * 1024

/** Reads a file for its frame or its name; an empty text where it cannot be, or is far too long to be a runbook. */
export function readText(path: string): string {
  try {
    return statSync(path).size > LONGEST_BYTES ? '' : readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
