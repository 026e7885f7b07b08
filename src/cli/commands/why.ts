// `phix why`: every decision about one target, newest first: what was done, and why not more.
import { modesTarget } from '../../guard/modes.ts'
import type { Journal } from '../../journal/journal.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { formatInstant } from '../format-time.ts'
import { countOption, duration } from '../program-options.ts'
import { decisionFrom, renderDecision } from '../render-decision.ts'
import type { Verb } from '../verb.ts'

interface Options {
  readonly cluster?: string
  readonly since: number
  readonly limit: number
}

export const why: Verb<Options> = {
  name: 'why',
  summary: 'Say what was decided about a target, and why not more.',
  examples: [
    ['phix why node-2', 'the newest decisions first'],
    ['phix why node-2 --since 12h --limit 50', 'the whole night'],
  ],
  declare: (command) =>
    command
      .argument('<target>', 'a node, service or cluster')
      .option('--cluster <name>', 'only this cluster')
      .addOption(duration('--since <duration>', 'how far back', '7d'))
      .addOption(countOption('--limit <n>', 'at most so many', 10)),
  async run({ deps, io, out, journal }, { cluster, since, limit }, word) {
    const target = String(word)
    const { findTargets } = await import('../../inventory/find-target.ts')
    const targets = findTargets(await deps.inventory(), target, cluster)
    const [known] = targets
    const name = known?.name ?? target
    const records = await out.progress(
      'Reading the journal',
      (await journal()).read({
        kind: 'decision',
        target: name,
        since: io.now() - since,
        limit,
        ...(cluster === undefined ? {} : { cluster }),
      }),
    )
    const changes = targets.some(({ kind }) => kind === 'cluster')
      ? await readChanges(await journal(), name, io.now() - since, limit)
      : []
    const decisions = records.map(decisionFrom).filter((decision) => decision !== null)
    const isEmpty = decisions.length === 0 && changes.length === 0
    if (decisions.length === 0 && known === undefined)
      throw new CliError(
        'notFound',
        `There is no target \`${target}\` in the inventory, and nothing was ever decided about it.`,
        'See all nodes with: phix status',
      )
    out.answer(
      { target: name, decisions, changes },
      (safe) => [
        ...safe.changes.map(({ at, text }) => `${formatInstant(at)}  changed   ${text}`),
        ...safe.decisions.flatMap((decision) => renderDecision(decision, out.paint)),
      ],
      (safe) =>
        safe.decisions.map(({ at, kind, target, runbook, reason, workflowId, message }) => [
          ...[formatInstant(at), kind, target, runbook, reason, workflowId, message],
        ]),
    )
    if (isEmpty)
      out.say(
        `Nothing was decided about ${name} in this time: no trigger reached the detector. See what it sees with: phix status`,
      )
    return EXIT.ok
  },
}

/** What was changed for a whole cluster: degraded modes, and settings with emergency values. Newest first. */
async function readChanges(
  journal: Journal,
  cluster: string,
  since: number,
  limit: number,
): Promise<readonly { readonly at: number; readonly text: string }[]> {
  const records = await journal.read({ kind: 'audit', cluster, target: modesTarget(cluster), since, limit })
  return records.map(({ at, body }) => ({ at, text: (body as { readonly text?: string } | null)?.text ?? '' }))
}
