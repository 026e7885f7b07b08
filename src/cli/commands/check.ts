// `phix check`: every mistake of every runbook at file:line:col, all at once.
import type { Diagnostic } from '../../compile/diagnostics.ts'
import type { Format } from '../../compile/format/format-diagnostics.ts'
import type { CompilerPort } from '../cli-deps.ts'
import { findUnreachedGroups } from '../../notify/find-unreached.ts'
import { CliError } from '../cli-error.ts'
import { blankTerminal, escapeJson, escapeTerminal, toSafeJson } from '../escape-terminal.ts'
import { EXIT } from '../exit-codes.ts'
import {
  compileWithNeighbours,
  listRunbookFiles,
  nameOf,
  readText,
  type CompiledFile,
  type CompiledPaths,
} from '../find-runbook.ts'
import { choice } from '../program-options.ts'
import type { Context, Verb } from '../verb.ts'

interface Options {
  readonly format: Format
}

export const check: Verb<Options> = {
  name: 'check',
  summary: 'Find every mistake in runbooks.',
  examples: [
    ['phix check', 'every runbook of the project'],
    ['phix check runbooks/my.yaml', 'one file'],
    ['phix check --format github', 'annotations in a pull request'],
    ['phix check --format sarif > phix.sarif', 'for code scanning'],
  ],
  declare: (command) =>
    command
      .argument('[paths...]', 'files or folders (default: the project’s runbooks)')
      .addOption(
        choice('--format <format>', 'how to write what was found', ['pretty', 'json', 'github', 'sarif']).default(
          'pretty',
        ),
      ),
  async run(context, { format }, paths) {
    const compiler = await context.deps.compiler()
    const given = (paths as readonly string[] | undefined) ?? []
    const roots = given.length > 0 ? given : [(await context.settings()).runbooksFolder]
    const { files, diagnostics: found } = await compileAll(compiler, roots)
    await tell(context, format, files, found)
    context.out.say(sumUp(files, found))
    await sayWhomNobodyReaches(context, files)
    const errors = found.filter(({ severity }) => severity === 'error').length
    return errors === 0 ? EXIT.ok : EXIT.invalid
  },
}

/** A page that would reach nobody is no mistake of the runbook, so it costs nothing but a sentence; without channels, one. */
async function sayWhomNobodyReaches({ deps, out }: Context, files: readonly CompiledFile[]): Promise<void> {
  const inventory = await deps.inventory().catch(() => null)
  if (inventory === null || (inventory.notify?.channels ?? []).length === 0) return
  for (const { compiled } of files)
    if (compiled.ok) for (const sentence of findUnreachedGroups(inventory, compiled.plan)) out.warn(`! ${sentence}`)
}

/** The last line: how much was found in how many files. A file that cannot be read was looked at too. */
export function sumUp(files: readonly Pick<CompiledFile, 'path'>[], found: readonly Diagnostic[]): string {
  const errors = found.filter(({ severity }) => severity === 'error')
  const warnings = found.length - errors.length
  if (errors.length === 0)
    return `${count(files.length, 'runbook')} checked, no mistakes${warnings === 0 ? '' : `, ${count(warnings, 'warning')}`}`
  const looked = new Set([...files, ...found.map(({ at }) => at)].map(({ path }) => path))
  const wrong = new Set(errors.map(({ at }) => at.path))
  return `${count(errors.length, 'mistake')} in ${count(wrong.size, 'file')} of ${looked.size}`
}

const placeOf = ({ path, line, column }: Diagnostic['at']): string => `${path}:${line}:${column}`

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

async function compileAll(compiler: CompilerPort, roots: readonly string[]): Promise<CompiledPaths> {
  const paths = [...new Set((await Promise.all(roots.map(listRunbookFiles))).flat())]
  if (paths.length === 0)
    throw new CliError(
      'notFound',
      `No runbook is in \`${roots.join('`, `')}\`.`,
      'Runbooks end in `.yaml`; rehearsals (`.test.yaml`) do not count.',
    )
  return compileWithNeighbours(compiler, paths)
}

async function tell(
  context: Context,
  format: Format,
  files: readonly CompiledFile[],
  found: readonly Diagnostic[],
): Promise<void> {
  const { out } = context
  if (format === 'json' || (out.json && format === 'pretty')) return tellJson(context, files, found)
  if (out.plain && format === 'pretty')
    return out.answer(
      { diagnostics: found },
      () => [],
      (safe) => safe.diagnostics.map(({ at, severity, code, message }) => [placeOf(at), severity, code, message]),
    )
  const { formatDiagnostics } = await import('../../compile/format/format-diagnostics.ts')
  // SARIF is JSON: its values stay as they are, only their spelling changes.
  if (format === 'sarif') return out.text(escapeJson(formatDiagnostics(format, found, () => null)))
  const pathOf = new Map(found.map(({ at }) => [escapeTerminal(at.path), at.path]))
  const safe = out.safe(found)
  const { red, yellow, dim, bold } = out.paint
  const textOf = (path: string): string => blankTerminal(readText(pathOf.get(path) ?? path))
  out.text(formatDiagnostics(format, safe, textOf, { error: red, warning: yellow, dim, bold }))
}

function tellJson({ io }: Context, files: readonly CompiledFile[], diagnostics: readonly Diagnostic[]): void {
  const summary = files.map((file) => ({
    path: file.path,
    runbook: nameOf(file),
    ok: file.compiled.ok,
    planHash: file.compiled.ok ? file.compiled.planHash : null,
  }))
  io.writeOut(`${toSafeJson({ v: 1, files: summary, diagnostics })}\n`)
}
