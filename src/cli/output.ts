// How a verb speaks: data on stdout, talk on stderr. Whatever is rendered was escaped before, so that no verb can forget.
import { escapeDeep, escapeTerminal, oneLine, toSafeJson } from './escape-terminal.ts'
import type { Io } from './io.ts'
import { createPaint, type Paint } from './paint.ts'

export interface OutputOptions {
  readonly json: boolean
  /** Records instead of tables, where a verb has records. */
  readonly plain: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly raw: boolean
}

export type Cell = string | number | boolean | null

export interface Output {
  readonly json: boolean
  readonly plain: boolean
  readonly quiet: boolean
  readonly paint: Paint
  /**
   * Answers the verb's data: as one line of JSON with `"v":1`, as the lines that `render` makes of the escaped value, or
   * with --plain as `records`: one a line, tabs between, nothing for what is null.
   */
  answer<T extends object>(
    value: T,
    render: (value: T) => readonly string[],
    records?: (value: T) => readonly (readonly Cell[])[],
  ): void
  /** Makes a value safe to render, for those who draw by themselves. */
  safe<T>(value: T): T
  /** Writes lines of data that were rendered from safe values. */
  lines(lines: readonly string[]): void
  /** Writes bytes as they are: text for programs (Mermaid, completion), made by us. */
  text(text: string): void
  /** Says something to the person; silent with -q. */
  readonly say: (text: string) => void
  /** Says it also with -q: errors and what must be known. */
  readonly warn: (text: string) => void
  /** Waits for the work and says what is being waited for where it takes longer than a second. */
  progress<T>(title: string, work: Promise<T>): Promise<T>
}

const PATIENCE_MS = 1_000
const REMINDER_MS = 10_000

/** Creates the output of one invocation. */
export function createOutput(io: Io, options: OutputOptions): Output {
  const paint = createPaint(io.colors && options.color)
  const shown = (text: string): string => (options.raw ? text : escapeTerminal(text))
  const safe = <T>(value: T): T => (options.raw ? value : escapeDeep(value))
  const lines = (rows: readonly string[]): void => {
    if (rows.length > 0) io.writeOut(`${rows.map((row) => (options.raw ? row : oneLine(row))).join('\n')}\n`)
  }
  const warn = (text: string): void => io.writeError(`${shown(text)}\n`)
  const say = (text: string): void => {
    if (!options.quiet) warn(text)
  }
  return {
    json: options.json,
    plain: options.plain,
    quiet: options.quiet,
    paint,
    safe,
    lines,
    say,
    warn,
    text: (text) => io.writeOut(text),
    answer: (value, render, records) => {
      if (options.json) io.writeOut(`${toSafeJson({ v: 1, ...value })}\n`)
      else if (options.plain && records !== undefined) lines(records(safe(value)).map(toRecord))
      else lines(render(safe(value)))
    },
    progress: async (title, work) => {
      const began = io.now()
      let timer = setTimeout(remind, PATIENCE_MS)
      function remind(): void {
        const seconds = Math.round((io.now() - began) / 1_000)
        say(seconds < 2 ? `${title} …` : `${title} … ${seconds} s`)
        timer = setTimeout(remind, REMINDER_MS)
      }
      try {
        return await work
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** Tabs and line ends inside a value would make other records of it. */
const toRecord = (cells: readonly Cell[]): string =>
  cells.map((cell) => String(cell ?? '').replaceAll(/[\t\r\n]+/g, ' ')).join('\t')
