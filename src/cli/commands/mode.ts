// `phix mode …`: degraded modes by hand. The detector holds them; who said it and why is in the journal.
import { didYouMean } from '../../compile/did-you-mean.ts'
import type { Cluster } from '../../inventory/inventory.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { formatAgo } from '../format-time.ts'
import { demandWhy, sayToClusters } from '../say-to-fleet.ts'
import { renderTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'

interface Options {
  readonly why?: string
}

const modeOn: Verb<Options> = {
  name: 'mode on',
  summary: 'Enter a degraded mode of a cluster.',
  examples: [['phix mode on ollama read-only --why "disk migration"', 'until it is ended']],
  declare: (command) =>
    command
      .argument('<cluster>', 'which cluster')
      .argument('<mode>', 'a mode that the inventory declares')
      .option('--why <text>', 'the reason; it is kept'),
  run: (context, options, cluster, mode) => sayMode(context, true, String(cluster), String(mode), options),
}

const modeOff: Verb<Options> = {
  name: 'mode off',
  summary: 'End a degraded mode of a cluster, whoever holds it.',
  examples: [['phix mode off ollama read-only --why "migration done"', 'also what runs hold']],
  declare: (command) =>
    command
      .argument('<cluster>', 'which cluster')
      .argument('<mode>', 'the mode')
      .option('--why <text>', 'the reason; it is kept'),
  run: (context, options, cluster, mode) => sayMode(context, false, String(cluster), String(mode), options),
}

async function sayMode(context: Context, on: boolean, name: string, mode: string, { why }: Options): Promise<number> {
  const cluster = await findCluster(context, name)
  const reason = demandWhy(why, `phix mode ${on ? 'on' : 'off'} ${name} ${mode} --why "…"`)
  const known = (cluster.modes ?? []).map((each) => each.name)
  // Ending needs no declaration: a runbook may have entered a mode that the inventory does not know any more.
  if (on && !known.includes(mode))
    throw new CliError(
      'notFound',
      `The inventory declares no mode \`${mode}\` in \`${name}\`.`,
      didYouMean(mode, known) ??
        (known.length === 0 ? 'Declare it under `modes` of the cluster.' : `There are: ${known.join(', ')}.`),
    )
  await sayToClusters(context, [name], reason, (said) => ({ ...said, kind: 'mode', mode, on }))
  return EXIT.ok
}

async function findCluster({ deps }: Context, name: string): Promise<Cluster> {
  const { clusters } = await deps.inventory()
  const found = clusters.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = clusters.map((each) => each.name)
  throw new CliError(
    'notFound',
    `There is no cluster \`${name}\` in the inventory.`,
    didYouMean(name, names) ?? `There are: ${names.join(', ')}.`,
  )
}

const modeList: Verb = {
  name: 'mode list',
  summary: 'Show the degraded modes of a cluster: which are on, what is lost and kept.',
  examples: [['phix mode list', 'of every cluster; also while Temporal is away']],
  declare: (command) => command.argument('[cluster]', 'only this cluster'),
  async run(context, _options, word) {
    const { deps, io, out } = context
    const clusters = word === undefined ? (await deps.inventory()).clusters : [await findCluster(context, String(word))]
    const { heldNow } = await import('../../journal/held-now.ts')
    const engine = await context.engine().catch(() => null)
    const sources = { detector: engine?.detector ?? null, journal: await context.journal() }
    const found = await out.progress(
      'Asking the detector',
      Promise.all(clusters.map(async (each) => ({ cluster: each, held: await heldNow(sources, each.name) }))),
    )
    const rows = found.flatMap(({ cluster, held }) => rowsOf(cluster, held?.standing ?? null))
    const stale = found.filter(({ held }) => held?.isStale ?? true).map(({ cluster: { name } }) => name)
    out.answer(
      { modes: rows, stale },
      (safe) =>
        renderTable(
          ['CLUSTER', 'MODE', 'NOW', 'HELD BY', 'LOST', 'KEPT'],
          safe.modes.map(({ cluster, mode, on, since, heldBy, lost, kept }) => [
            ...[
              cluster,
              mode,
              on === null ? '?' : on ? out.paint.yellow(`on, ${formatAgo(since ?? 0, io.now())}`) : 'off',
            ],
            ...[heldBy.join(', ') || '–', lost.join(', ') || '–', kept.join(', ') || '–'],
          ]),
        ),
      (safe) =>
        safe.modes.map(({ cluster, mode, on, since }) => [cluster, mode, on === null ? null : String(on), since]),
    )
    if (rows.length === 0) out.say('The inventory declares no degraded mode, and none is on.')
    if (stale.length > 0)
      out.warn(`phix: the detector of ${stale.join(', ')} could not be asked: this is what the journal had last.`)
    return EXIT.ok
  },
}

function rowsOf(
  { name, modes = [] }: Cluster,
  standing: readonly { mode: string; since: number; heldBy: readonly { name: string }[] }[] | null,
) {
  const names = [
    ...new Set([...modes.map((each) => each.name), ...(standing ?? []).map(({ mode }) => mode)]),
  ].toSorted()
  return names.map((mode) => {
    const declared = modes.find((each) => each.name === mode)
    const now = standing?.find((each) => each.mode === mode)
    return {
      ...{ cluster: name, mode, on: standing === null ? null : now !== undefined, since: now?.since ?? null },
      heldBy: (now?.heldBy ?? []).map((each) => each.name),
      ...{ lost: declared?.lost ?? [], kept: declared?.kept ?? [] },
    }
  })
}

export const modeVerbs = [modeOn, modeOff, modeList] as readonly Verb[]
