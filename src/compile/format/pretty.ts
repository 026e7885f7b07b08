// Diagnostics for a terminal: where, what, three lines of the file with a caret, what to do. Colours are the caller's choice.
import type { Diagnostic } from '../diagnostics.ts'

export interface Paint {
  readonly error: (text: string) => string
  readonly warning: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const PLAIN: Paint = { error: String, warning: String, dim: String, bold: String }
const MAX_WIDTH = 160

/** Formats diagnostics; `textOf` answers the text of a file by its path, null where there is none. */
export function formatPretty(
  diagnostics: readonly Diagnostic[],
  textOf: (path: string) => string | null,
  paint: Paint = PLAIN,
): string {
  if (diagnostics.length === 0) return ''
  const lines = new Map<string, readonly string[]>()
  const linesOf = (path: string): readonly string[] => {
    const kept = lines.get(path) ?? (textOf(path) ?? '').split(/\r?\n/)
    lines.set(path, kept)
    return kept
  }
  const each = diagnostics.map((diagnostic) => formatOne(diagnostic, linesOf(diagnostic.at.path), paint))
  return `${each.join('\n')}\n${paint.bold(summary(diagnostics))}\n`
}

function formatOne(diagnostic: Diagnostic, lines: readonly string[], paint: Paint): string {
  const { at, code, severity, message, help } = diagnostic
  const colour = severity === 'error' ? paint.error : paint.warning
  const head = `${paint.bold(`${at.path}:${at.line}:${at.column}`)}  ${colour(`${severity} ${code}`)}  ${message}`
  const todo = help === null ? [] : [`  ${help}`]
  return [head, ...frame(diagnostic, lines, paint), ...todo, paint.dim(`  phix explain ${code}`), ''].join('\n')
}

/** The line of the mistake with the ones around it. */
function frame({ at, severity }: Diagnostic, lines: readonly string[], paint: Paint): readonly string[] {
  if (lines[at.line - 1] === undefined || lines.every((line) => line === '')) return []
  const numbers = [at.line - 1, at.line, at.line + 1].filter((number) => number >= 1 && number <= lines.length)
  const width = String(numbers.at(-1)).length
  const colour = severity === 'error' ? paint.error : paint.warning
  return numbers.flatMap((number) => {
    const line = printable(lines[number - 1] ?? '')
    const shown = `${paint.dim(`${String(number).padStart(width)} │`)} ${line.slice(0, MAX_WIDTH)}`
    if (number !== at.line) return [shown.trimEnd()]
    const length = at.endLine === at.line ? at.endColumn - at.column : line.length - at.column + 1
    const carets = '^'.repeat(Math.max(1, Math.min(length, MAX_WIDTH - at.column + 1)))
    const offset = ' '.repeat(Math.min(at.column - 1, MAX_WIDTH))
    return [shown, `${paint.dim(`${' '.repeat(width)} │`)} ${offset}${colour(carets)}`]
  })
}

/** One column for each character, and nothing that a terminal would obey. */
const printable = (line: string): string =>
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  line.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ')

function summary(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = diagnostics.length - errors
  return [counted(errors, 'error'), counted(warnings, 'warning')].filter((part) => part !== '').join(', ')
}

const counted = (count: number, what: string): string =>
  count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`
