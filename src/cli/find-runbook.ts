// Runbook files: which ones a path means, and which one a name means. Never follows a link out of the folder it walks.
import { readFile, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { DENIED_NAMES, RUNBOOK_NAME } from '../plan/ids.ts'
import { CliError } from './cli-error.ts'
import type { Compiled } from '../compile/compile.ts'
import type { CompilerPort } from './cli-deps.ts'

export interface CompiledFile {
  readonly path: string
  readonly text: string
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

/** Reads and compiles one file. A file that cannot be read is told as such. */
export async function compileFile(compiler: CompilerPort, path: string): Promise<CompiledFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(
      'notFound',
      `\`${path}\` cannot be read (${error.code ?? error.message}).`,
      'Check the path and its permissions.',
    )
  })
  const shownPath = relative(process.cwd(), resolve(path))
  const compiled = compiler.compile({ path: shownPath.startsWith('..') ? path : shownPath, bytes })
  return { path, text: bytes.toString('utf8'), compiled }
}

/**
 * Finds one runbook by its name in the runbooks' folder, or by a path with a slash or an ending.
 * Fails: notFound, naming what there is; a name is never used as a path.
 */
export async function findRunbook(compiler: CompilerPort, folder: string, nameOrPath: string): Promise<CompiledFile> {
  if (/[/\\]|\.ya?ml$/.test(nameOrPath)) return compileFile(compiler, nameOrPath)
  if (!RUNBOOK_NAME.test(nameOrPath) || DENIED_NAMES.includes(nameOrPath))
    throw new CliError(
      'notFound',
      `\`${nameOrPath}\` is no runbook's name: names are kebab-case.`,
      'A file is named by its path: `./my-runbook.yaml`.',
    )
  const files = await Promise.all((await listRunbookFiles(folder)).map((path) => compileFile(compiler, path)))
  const named = files.find((file) => nameOf(file) === nameOrPath)
  if (named !== undefined) return named
  const names = files.map(nameOf).filter((name) => name !== null)
  throw new CliError(
    'notFound',
    `There is no runbook \`${nameOrPath}\` in \`${folder}\`.`,
    names.length === 0 ? 'The folder holds no runbook at all.' : `There are: ${names.join(', ')}.`,
  )
}

/** Answers a runbook's name, also of a file that does not compile, as far as its first lines tell. */
export const nameOf = ({ compiled, text }: CompiledFile): string | null =>
  compiled.ok ? compiled.plan.name : (/^runbook:\s*["']?([a-z][a-z0-9-]*)/m.exec(text)?.[1] ?? null)
