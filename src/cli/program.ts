// From words to a verb: builds the command tree, runs one verb, turns whatever goes wrong into one exit code and two lines.
// Loads nothing heavy: verbs ask for what they need through deps. Read next: verbs.ts, exit-codes.ts.
import { Command, CommanderError, Option } from 'commander'
import type { Diagnostic } from '../compile/diagnostics.ts'
import type { Settings } from '../config/settings.ts'
import type { Journal } from '../journal/journal.ts'
import type { Engine } from '../temporal/engine.ts'
import type { CliDeps } from './cli-deps.ts'
import { toComplaint } from './cli-error.ts'
import { blankTerminal } from './escape-terminal.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { createOutput, type Output } from './output.ts'
import type { Context, Verb } from './verb.ts'
import { FAMILIES, VERBS_OF_PHIX } from './verbs.ts'

const HELP_WIDTH = 80

interface SharedOptions {
  readonly json?: boolean
  readonly plain?: boolean
  readonly quiet?: boolean
  /** False with --no-input. */
  readonly canAsk?: boolean
  readonly color?: boolean
  readonly raw?: boolean
  readonly debug?: boolean
}

/** What the program did: `runCli` turns it into the exit code. */
interface Ending {
  exit: number
}

/**
 * Creates the whole command tree. `ending.exit` holds the code of the verb that ran.
 * Errors are thrown, so that the caller decides how they are told.
 */
export function createProgram(deps: CliDeps, io: Io, ending: Ending = { exit: EXIT.ok }): Command {
  const program = new Command('phix')
    .description('Runbooks written in YAML, run as durable workflows, started by a detector.')
    .option('--json', 'data as JSON, stable and versioned')
    .option('--plain', 'one record a line, tabs between: for grep and cut')
    .option('-q, --quiet', 'say nothing but data and errors')
    .addOption(noInput())
    .option('--no-color', 'no colours (also: NO_COLOR, TERM=dumb)')
    .option('--raw', 'show control characters of outputs as they are')
    .option('--debug', 'show where an error happened')
    .version(deps.version, '-V, --version', 'print the version')
  settle(program, io)
  program.helpCommand(false)
  program.addHelpText('before', examplesText(START_HERE))
  program.addHelpText('after', '\nExit codes: phix help exit-codes')
  for (const verb of VERBS_OF_PHIX) addVerb(program, verb, deps, io, ending)
  return program
}

/** Its value has a name of its own: `--input` of `run` is another option. */
const noInput = (): Option =>
  Object.assign(new Option('--no-input', 'never ask; end with 2 where an answer is needed'), {
    attributeName: () => 'canAsk',
  })

const START_HERE: Verb['examples'] = [
  ['phix up', 'start everything here, with a lab to break'],
  ['phix status', 'what is healthy, what is being done'],
  ['phix follow --latest', 'watch the newest run'],
  ['phix why node-2', 'what was decided, and why not more'],
  ['phix doctor', 'what is missing or wrong here'],
]

/** Runs one command line and answers its exit code. Never throws, never ends the process. */
export async function runCli(words: readonly string[], deps: CliDeps, io: Io): Promise<number> {
  const ending: Ending = { exit: EXIT.ok }
  const program = createProgram(deps, io, ending)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return ending.exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    return await complain(error, createOutput(io, toOutputOptions(program.opts())), program.opts())
  }
}

async function complain(error: unknown, out: Output, options: SharedOptions): Promise<number> {
  const { exit, message, help, diagnostics = [] } = toComplaint(error)
  if (out.json)
    out.answer({ error: { exit, message, help, ...(diagnostics.length > 0 ? { diagnostics } : {}) } }, () => [])
  out.warn(`phix: ${message}`)
  if (help !== null) out.warn(`      ${help}`)
  if (diagnostics.length > 0) out.warn(await framesOf(diagnostics, out))
  if (options.debug === true && error instanceof Error && error.stack !== undefined) out.warn(error.stack)
  return exit
}

async function framesOf(diagnostics: readonly Diagnostic[], out: Output): Promise<string> {
  const [{ formatDiagnostics }, { readText }] = await Promise.all([
    import('../compile/format/format-diagnostics.ts'),
    import('./find-runbook.ts'),
  ])
  return `\n${formatDiagnostics('pretty', out.safe(diagnostics), (path) => blankTerminal(readText(path))).trimEnd()}`
}

function addVerb(program: Command, verb: Verb, deps: CliDeps, io: Io, ending: Ending): void {
  const words = verb.name.split(' ')
  const parent = words.length === 1 ? program : familyOf(program, words[0] ?? '', io)
  const command = parent.command(words.at(-1) ?? '').description(verb.summary)
  settle(command, io)
  command.addHelpText('before', examplesText(verb.examples))
  verb.declare?.(command)
  command.action(async (...given: unknown[]) => {
    // Commander gives the arguments, then the options, then the command itself.
    const args = given.slice(0, -2) as (string | string[] | undefined)[]
    const shared = command.optsWithGlobals<SharedOptions>()
    ending.exit = await runVerb(verb, program, deps, io, shared, args)
  })
}

async function runVerb(
  verb: Verb,
  program: Command,
  deps: CliDeps,
  io: Io,
  options: SharedOptions,
  args: readonly (string | readonly string[] | undefined)[],
): Promise<number> {
  const out = createOutput(io, toOutputOptions(options))
  const opened: Opened = {}
  const context: Context = {
    deps,
    io: {
      ...io,
      canAsk: io.canAsk && options.canAsk !== false,
      outIsTty: io.outIsTty && options.plain !== true,
    },
    out,
    program,
    settings: () => (opened.settings ??= deps.settings()),
    engine: () => (opened.engine ??= out.progress('Connecting to the engine', deps.engine())),
    journal: () => (opened.journal ??= deps.journal()),
  }
  try {
    return await verb.run(context, options, ...args)
  } finally {
    // What could not be opened was told where it was needed.
    const close = (each: { close(): Promise<void> }): Promise<void> => each.close()
    await Promise.allSettled([opened.engine?.then(close), opened.journal?.then(close)])
  }
}

/** What one invocation opened. */
interface Opened {
  settings?: Promise<Settings>
  engine?: Promise<Engine>
  journal?: Promise<Journal>
}

const toOutputOptions = (options: SharedOptions): Parameters<typeof createOutput>[1] => ({
  json: options.json === true,
  plain: options.plain === true,
  quiet: options.quiet === true,
  color: options.color !== false && options.plain !== true,
  raw: options.raw === true,
})

/** Answers the command that holds a family's verbs, made where it is missing; alone, it shows its help. */
function familyOf(program: Command, name: string, io: Io): Command {
  const present = program.commands.find((command) => command.name() === name)
  if (present !== undefined) return present
  const family = program.command(name).description(FAMILIES[name] ?? '')
  settle(family, io)
  family.helpCommand(false)
  return family
}

function settle(command: Command, io: Io): void {
  command
    .exitOverride()
    .showHelpAfterError(`Try: phix help ${command.name() === 'phix' ? '' : command.name()}`.trimEnd())
    .configureHelp({ helpWidth: Math.min(HELP_WIDTH, Math.max(40, io.columns)), showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.writeOut(text),
      writeErr: (text) => io.writeError(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'phix: ')),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpOption('-h, --help', 'show this help')
}

function examplesText(examples: Verb['examples']): string {
  const width = Math.max(...examples.map(([command]) => command.length))
  const rows = examples.map(([command, purpose]) =>
    width + purpose.length + 6 <= HELP_WIDTH
      ? `  ${command.padEnd(width)}  # ${purpose}`
      : `  # ${purpose}\n  ${command}`,
  )
  return `Examples:\n${rows.join('\n')}\n`
}
