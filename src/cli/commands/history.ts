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
    out.answer({ records }, (safe) => safe.records.map((record) => renderRecord(record, out.paint)))
    if (records.length === 0) out.say('The journal holds nothing that matches.')
    return EXIT.ok
  },
}

function renderRecord(record: JournalRecord, paint: Paint): string {
  const place = [record.target, record.workflowId].filter((part) => part !== null && part !== undefined).join('  ')
  return `${formatInstant(record.at)}  ${record.kind.padEnd(12)}  ${place}  ${paint.dim(textOf(record))}`
}

const BRIEF = 200

function textOf(record: JournalRecord): string {
  const decision = record.kind === 'decision' ? decisionFrom(record) : null
  if (decision !== null) return `${decision.kind}: ${decision.message}`
  const { body } = record
  if (typeof body === 'object' && body !== null && 'text' in body && typeof body['text'] === 'string')
    return body['text']
  const text = JSON.stringify(body)
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text
}
