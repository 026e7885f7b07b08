// What a person says to a run. Finds the one gate that is meant and its hash, shows what the answer binds to, and asks
// once more where a person can answer. A script says --yes.
import type { Command } from 'commander'
import type { Gate, Verb as RunVerb, VerbMessage } from '../plan/run.ts'
import type { Json } from '../plan/json.ts'
import { CliError } from './cli-error.ts'
import { EXIT } from './exit-codes.ts'
import { findRun, findWaitingRun } from './find-run.ts'
import { readJson } from './parse-inputs.ts'
import { duration } from './program-options.ts'
import { commandFor, quoteWord } from './render-run.ts'
import type { Context, Verb } from './verb.ts'

export interface SayOptions {
  readonly gate?: string
  readonly hash?: string
  readonly why?: string
  readonly value?: string
  readonly yes?: boolean
  /** Ms. */
  readonly for?: number
}

interface Saying {
  readonly verb: RunVerb
  readonly summary: string
  readonly examples: Verb['examples']
  /** What happens then, for the question. */
  readonly effect: string
  readonly needsWhy: boolean
  readonly value: 'none' | 'optional' | 'required'
  /** Has the verb a gate to settle, or is it said to the run as a whole? */
  readonly ofGate: boolean
  /** May it say for how long? */
  readonly takesTime?: boolean
}

/** Creates the verb of the command line that says one verb to a run. */
export const createSayVerb = (saying: Saying): Verb<SayOptions> => ({
  name: saying.verb,
  summary: saying.summary,
  examples: saying.examples,
  declare: (command) => declare(command, saying),
  run: (context, options, word) => say(context, saying, options, word as string | undefined),
})

function declare(command: Command, { ofGate, needsWhy, value, takesTime }: Saying): void {
  command.argument(
    '[run]',
    ofGate
      ? 'the id of a run, or its beginning (default: the only one that waits)'
      : 'the id of a run, or its beginning',
  )
  if (ofGate) command.option('--gate <id>', 'which gate, where several are open')
  if (ofGate) command.option('--hash <start>', 'only if the gate still shows this: the start of what it binds to')
  if (takesTime === true) command.addOption(duration('--for <duration>', 'it goes on by itself after this', '4h'))
  command.option('--why <text>', needsWhy ? 'the reason; it is kept' : 'a reason to keep')
  if (value !== 'none')
    command.option(
      '--value <json>',
      value === 'required'
        ? 'the output of the step, as JSON; - reads it from stdin'
        : 'other arguments for the step, as JSON; - reads them from stdin',
    )
  command.option('-y, --yes', 'do not ask')
}

async function say(context: Context, saying: Saying, options: SayOptions, word: string | undefined): Promise<number> {
  const { out } = context
  const { verb } = saying
  if (saying.needsWhy && (options.why ?? '').trim() === '')
    throw new CliError(
      'usage',
      `\`${verb}\` needs a reason: it is what the next person reads.`,
      `phix ${verb} ${word ?? 'RUN'} --why "…"`,
    )
  const value = await readValue(context, saying, options.value)
  const person = (await context.settings()).person
  const engine = await context.engine()
  const run = saying.ofGate ? await findWaitingRun(engine, word, verb) : await findRun(engine, word, false)
  const { workflowId } = run
  if (run.status !== 'open')
    throw new CliError(
      'refused',
      `\`${workflowId}\` has ended already: ${run.outcome ?? run.status}.`,
      `See it with: phix show ${workflowId}`,
    )
  const gate = saying.ofGate
    ? pickGate(
        workflowId,
        verb,
        (await out.progress('Asking the run', engine.runState(workflowId))).gates,
        options.gate,
      )
    : null
  if (gate !== null && options.hash !== undefined) checkHash(gate, options.hash, workflowId)
  if (options.yes === true) out.say(describe(saying, workflowId, gate, person))
  else out.warn(describe(saying, workflowId, gate, person))
  await confirm(context, saying, options, workflowId, gate)
  const message: VerbMessage = {
    by: person,
    ...(gate === null ? {} : { gate: gate.id, hash: gate.snapshotHash }),
    ...(options.why === undefined ? {} : { why: options.why }),
    ...(value === undefined ? {} : { value }),
    ...(options.for === undefined ? {} : { until: context.io.now() + options.for }),
  }
  await out.progress(`Saying ${verb}`, engine.say(workflowId, verb, message))
  out.answer({ workflowId, verb, gate: gate?.id ?? null, by: person }, (safe) => [
    `${safe.verb} was accepted${safe.gate === null ? '' : ` for ${safe.gate}`} of ${safe.workflowId}`,
  ])
  out.say(`Watch what it does with: phix follow ${workflowId}`)
  return EXIT.ok
}

async function readValue(
  { io }: Context,
  { verb, value }: Saying,
  given: string | undefined,
): Promise<Json | undefined> {
  if (given === undefined) {
    if (value !== 'required') return undefined
    throw new CliError(
      'usage',
      `\`${verb}\` needs the output that the step would have had.`,
      `phix ${verb} RUN --value '{"key": "value"}'`,
    )
  }
  const parsed = readJson(given === '-' ? await io.readStdin() : given)
  if (parsed === undefined)
    throw new CliError(
      'usage',
      'The value is no JSON.',
      `Write it as --value '{"key": "value"}', or give it on stdin with --value -`,
    )
  return parsed
}

/** Picks the gate that is meant: the one named, or the only one that this verb settles. Fails: notFound, usage. */
function pickGate(workflowId: string, verb: RunVerb, gates: readonly Gate[], named: string | undefined): Gate {
  const fitting = gates.filter(({ verbs }) => verbs.includes(verb))
  const meant = named === undefined ? fitting : gates.filter(({ id }) => id === named)
  const [only] = meant
  if (only !== undefined && meant.length === 1) {
    if (only.verbs.includes(verb)) return only
    throw new CliError(
      'refused',
      `The gate \`${only.id}\` cannot be settled by \`${verb}\`.`,
      only.verbs.map((each) => commandFor(each, workflowId, only.id)).join('\n      '),
    )
  }
  if (meant.length > 1)
    throw new CliError(
      'usage',
      `${meant.length} gates wait for \`${verb}\`; say which one.`,
      meant.map(({ id }) => commandFor(verb, workflowId, id)).join('\n      '),
    )
  if (named !== undefined)
    throw new CliError(
      'notFound',
      `\`${workflowId}\` has no open gate \`${named}\`.`,
      gates.length === 0 ? 'It has none open.' : `Open: ${gates.map(({ id }) => id).join(', ')}.`,
    )
  throw new CliError(
    'notFound',
    `\`${workflowId}\` does not wait for \`${verb}\`.`,
    gates.length === 0
      ? `It waits for nobody. Watch it with: phix follow ${workflowId}`
      : gates.flatMap(({ id, verbs }) => verbs.map((each) => commandFor(each, workflowId, id))).join('\n      '),
  )
}

function checkHash(gate: Gate, hash: string, workflowId: string): void {
  if (hash.length >= 8 && gate.snapshotHash.startsWith(hash)) return
  throw new CliError(
    'refused',
    `The gate \`${gate.id}\` shows something else than \`${hash}\` now.`,
    `Look again: phix show ${workflowId}`,
  )
}

function describe(saying: Saying, workflowId: string, gate: Gate | null, person: string): string {
  if (gate === null) return `${saying.verb} ${workflowId} as ${person}: ${saying.effect}`
  return [
    `${gate.title}: ${gate.message.replaceAll('\n', '\n    ')}`,
    `  run       ${workflowId}`,
    `  gate      ${gate.id}`,
    `  binds to  ${gate.snapshotHash.slice(0, 8)}  ${briefly(gate.snapshot)}`,
    `  as        ${person}`,
    `  then      ${saying.effect}`,
  ].join('\n')
}

const BRIEF = 600
const briefly = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}… (all of it: phix show --json)` : text
}

async function confirm(
  { io }: Context,
  { verb }: Saying,
  options: SayOptions,
  workflowId: string,
  gate: Gate | null,
): Promise<void> {
  if (options.yes === true) return
  if (!io.canAsk) {
    const rest = options.why === undefined ? '' : ` --why ${quoteWord(options.why)}`
    const value = options.value === undefined ? '' : ` --value ${quoteWord(options.value)}`
    const gateId = gate === null ? '' : ` --gate ${quoteWord(gate.id)} --hash ${gate.snapshotHash.slice(0, 8)}`
    throw new CliError(
      'usage',
      'Nobody can be asked here, and --yes was not given.',
      `phix ${verb} ${quoteWord(workflowId)}${gateId}${rest}${value} --yes`,
    )
  }
  const answer = await io.ask(`${verb}? Type yes: `)
  if (answer !== 'yes' && answer !== 'y') throw new CliError('refused', 'Nothing was said to the run.', null)
}
