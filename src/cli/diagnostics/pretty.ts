// Diagnostics for a person: place, code, sentence, three lines of the file with a caret, what to do.
import type { Diagnostic } from '../cli-deps.ts'
import type { Paint } from '../paint.ts'

/** Renders one diagnostic; `text` is its file, escaped like the diagnostic itself. */
export function renderPretty(diagnostic: Diagnostic, text: string | null, paint: Paint): readonly string[] {
  const { at, code, severity, message, help } = diagnostic
  const word = severity === 'error' ? paint.red('error') : paint.yellow('warning')
  return [
    `${paint.bold(`${at.path}:${at.line}:${at.column}`)}  ${word} ${code}  ${message}`,
    ...(text === null ? [] : renderFrame(text, at, paint)),
    ...(help === null ? [] : help.split('\n').map((line) => `    ${line}`)),
    `    ${paint.dim(`phix explain ${code}`)}`,
    '',
  ]
}

/** Longest part of a line that is shown. */
const FRAME_WIDTH = 100

function renderFrame(text: string, at: Diagnostic['at'], paint: Paint): readonly string[] {
  const lines = text.split('\n')
  const first = Math.max(1, at.line - 1)
  const last = Math.min(lines.length, at.line + 1)
  const gutter = String(last).length
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    const line = lines[number - 1] ?? ''
    frame.push(`  ${number === at.line ? '>' : ' '} ${String(number).padStart(gutter)} | ${cut(line)}`.trimEnd())
    if (number === at.line) frame.push(`    ${' '.repeat(gutter)} | ${paint.red(caret(line, at))}`)
  }
  return frame
}

const cut = (line: string): string => (line.length > FRAME_WIDTH ? `${line.slice(0, FRAME_WIDTH - 1)}…` : line)

function caret(line: string, at: Diagnostic['at']): string {
  const column = Math.min(at.column, FRAME_WIDTH)
  const end = at.endLine === at.line ? at.endColumn : line.length + 1
  const width = Math.max(1, Math.min(end, FRAME_WIDTH) - column)
  return `${' '.repeat(column - 1)}${'^'.repeat(width)}`
}
