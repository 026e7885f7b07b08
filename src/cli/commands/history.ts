// `phix history`: everything the journal keeps, newest first; it outlives the engine's own retention.
import { RECORD_KINDS, type JournalRecord, type RecordKind } from '../../journal/journal.ts'
import { EXIT } from '../exit-codes.ts'
import { formatInstant } from '../format-time.ts'
import type { Paint } from '../paint.ts'
import { choice, countOption, duration } from '../program-options.ts'
import { decisionFrom } from '../render-decision.ts'
import type { Verb } from '../verb.ts'

interface Options {
  readonly kind?: RecordKind
  readonly cluster?: string
  readonly target?: string
  readonly node?: string
  readonly run?: string
  readonly since: number
  readonly limit: number
}

export const history: Verb<Options> = {
  name: 'history',
  summary: 'Read the journal: decisions, runs, votes, marks, newest first.',
  examples: [
    ['phix history --since 12h', 'the whole night'],
    ['phix history --target node-2', 'one node'],
    ['phix history --kind vote --json', 'who said what, for an audit'],
  ],
  declare: (command) =>
    command
      .addOption(choice('--kind <kind>', 'only records of this kind', RECORD_KINDS))
      .option('--cluster <name>', 'only this cluster')
      .option('--target <name>', 'only this target')
      .option('--node <name>', 'the same, for a node')
      .option('--run <id>', 'only this run')
      .addOption(duration('--since <duration>', 'how far back', '7d'))
      .addOption(countOption('--limit <n>', 'at most so many', 50)),
  async run({ io, out, journal }, { kind, cluster, node, target = node, run, since, limit }) {
    const query = {
      since: io.now() - since,
      limit,
      ...(kind === undefined ? {} : { kind }),
      ...(cluster === undefined ? {} : { cluster }),
      ...(target === undefined ? {} : { target }),
      ...(run === undefined ? {} : { workflowId: run }),
    }
    const records = await out.progress('Reading the journal', (await journal()).read(query))
    out.answer(
      { records },
      (safe) => safe.records.flatMap((record) => renderRecord(record, out.paint)),
      (safe) =>
        safe.records.map((record) => [
          ...[formatInstant(record.at), record.kind, record.cluster, record.target ?? null],
          ...[record.workflowId ?? null, textOf(record)],
        ]),
    )
    if (records.length === 0) out.say('The journal holds nothing that matches.')
    return EXIT.ok
  },
}

function renderRecord(record: JournalRecord, paint: Paint): readonly string[] {
  const head = `${formatInstant(record.at)}  ${record.kind.padEnd(KIND_WIDTH)}  ${record.target ?? ''}`.trimEnd()
  const of = record.workflowId === null || record.workflowId === undefined ? '' : `  ${paint.dim(record.workflowId)}`
  return [`${head}${of}`, `    ${textOf(record)}`]
}

const KIND_WIDTH = 8
const BRIEF = 200

/** Says what a record holds in a sentence, where we know its kind; else shows the beginning of it. */
function textOf(record: JournalRecord): string {
  const decision = record.kind === 'decision' ? decisionFrom(record) : null
  if (decision !== null) return `${decision.kind}: ${decision.message}`
  const body = (record.body ?? {}) as Told
  const { text: sentence } = body
  if (typeof sentence === 'string') return sentence
  const said = record.kind === 'run' ? runText(body) : record.kind === 'step' ? stepText(body) : null
  if (said !== null) return said
  const text = JSON.stringify(record.body)
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}… (all of it: --json)` : text
}

interface Told {
  readonly text?: unknown
  readonly outcome?: string | { readonly ok?: boolean; readonly message?: string }
  readonly status?: string | null
  readonly result?: { readonly message?: string } | null
  readonly event?: string
  readonly action?: string
  readonly stepId?: string
  readonly attempt?: number
}

function runText({ outcome, status, result }: Told): string | null {
  if (typeof outcome !== 'string') return null
  return `ended as ${outcome}: ${result?.message ?? `it left no result (${status ?? 'no status'})`}`
}

function stepText({ event, action, stepId, attempt = 1, outcome }: Told): string | null {
  if (typeof action !== 'string' || typeof stepId !== 'string' || typeof outcome === 'string') return null
  const what = `\`${stepId}\` ${event ?? ''}: ${action}${attempt > 1 ? `, attempt ${attempt}` : ''}`
  if (outcome === undefined) return what
  return outcome.ok === true ? `${what}, done` : `${what}, failed: ${outcome.message ?? 'no reason given'}`
}
