// One verb of the command line as data and one function. A verb is a file in commands/ and a line in verbs.ts.
import type { Command } from 'commander'
import type { Settings } from '../config/settings.ts'
import type { Journal } from '../journal/journal.ts'
import type { Engine } from '../temporal/engine.ts'
import type { CliDeps } from './cli-deps.ts'
import type { Io } from './io.ts'
import type { Output } from './output.ts'

export interface Context {
  readonly deps: CliDeps
  readonly io: Io
  readonly out: Output
  readonly settings: () => Promise<Settings>
  /** The engine, connected once and closed when the verb ends. */
  readonly engine: () => Promise<Engine>
  /** The journal, opened once and closed when the verb ends. */
  readonly journal: () => Promise<Journal>
  /** The whole command tree: for help, completion and docs. */
  readonly program: Command
}

export interface Verb<Options = object> {
  /** What is typed after `phix`: one word, or two for a family (`lab break`). */
  readonly name: string
  readonly summary: string
  /** Shown first in --help: what to type, and what it is for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[]
  /** Declares arguments and options. */
  readonly declare?: (command: Command) => void
  /** Answers the exit code. */
  run(
    context: Context,
    options: Options,
    ...words: readonly (string | readonly string[] | undefined)[]
  ): Promise<number>
}
