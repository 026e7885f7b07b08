// `phix deliveries`: every delivery of a sender with what became of its alerts; `phix deliveries replay`: once more.
import { deliveryFrom } from '../../intake/delivery.ts'
import { placeAlerts } from '../../intake/place-alerts.ts'
import { hasRefused, readDeliveries, type DeliveryView } from '../../intake/read-deliveries.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { formatInstant } from '../format-time.ts'
import type { Paint } from '../paint.ts'
import { choiceArgument, countOption, duration } from '../program-options.ts'
import type { Verb } from '../verb.ts'

interface Options {
  readonly since: number
  readonly limit: number
}

export const deliveries: Verb<Options> = {
  name: 'deliveries',
  summary: 'Show what senders of alerts delivered, and what became of it.',
  examples: [
    ['phix deliveries --since 1h', 'started, joined, held or refused, and why'],
    ['phix deliveries refused', 'only those of which something was refused'],
  ],
  declare: (command) =>
    command
      .addArgument(choiceArgument('[which]', 'only these', ['refused']))
      .addOption(duration('--since <duration>', 'how far back', '1h'))
      .addOption(countOption('--limit <n>', 'at most so many', 50)),
  async run({ io, out, journal }, { since, limit }, which) {
    const read = readDeliveries(await journal(), { since: io.now() - since, limit })
    const all = await out.progress('Reading the journal', read)
    const found = which === 'refused' ? all.filter(hasRefused) : all
    out.answer({ deliveries: found }, (safe) => safe.deliveries.flatMap((each) => renderDelivery(each, out.paint)))
    if (found.length === 0)
      out.say('Nothing was delivered in this time. How to connect a sender: docs/connect-alertmanager.md')
    return EXIT.ok
  },
}

function renderDelivery(delivery: DeliveryView, paint: Paint): readonly string[] {
  const { at, sender, id, alerts, outcomes, reasons, quarantined, lost, refused } = delivery
  const counts = Object.entries(outcomes).map(([kind, count]) => `${count} ${kind}`)
  if (quarantined.length > 0 && refused === null) counts.push(`${quarantined.length} put aside`)
  if (lost > 0) counts.push(`${lost} LOST`)
  const names = [...new Set(alerts.map(({ labels }) => labels['alertname'] ?? '?'))].slice(0, 3).join(', ')
  const what = refused === null ? counts.join(', ') || 'nothing to do' : `refused: ${refused}`
  const isBad = refused !== null || lost > 0 || (outcomes.refused ?? 0) > 0
  const lines = [`${formatInstant(at)}  ${sender.padEnd(12)}  ${isBad ? paint.red(what) : what}  ${names}`]
  lines.push(`    ${paint.dim([id, ...new Set(Object.values(delivery.handed)), ...reasons].join('  '))}`)
  for (const { why } of quarantined.slice(0, 3))
    if (refused === null) lines.push(`    ${paint.dim(`put aside: ${why}`)}`)
  return lines
}

export const deliveriesReplay: Verb = {
  name: 'deliveries replay',
  summary: 'Hand the alerts of a delivery to the detector once more.',
  examples: [['phix deliveries replay alertmanager-0b9c', 'after the inventory or a runbook was mended']],
  declare: (command) => command.argument('<id>', 'its id, or the beginning of it'),
  async run(context, _options, word) {
    const { deps, io, out } = context
    const id = String(word)
    const journal = await context.journal()
    const exact = await journal.read({ kind: 'delivery', id, limit: 1 })
    const near =
      exact.length > 0
        ? exact
        : (await journal.read({ kind: 'delivery', limit: 5_000 })).filter((each) => each.id.startsWith(id))
    const [only] = near
    const delivery = only === undefined ? null : deliveryFrom(only)
    if (delivery === null || near.length > 1)
      throw new CliError(
        'notFound',
        near.length > 1
          ? `\`${id}\` is the beginning of ${near.length} deliveries.`
          : `There is no delivery \`${id}\`.`,
        'See their ids with: phix deliveries --since 7d',
      )
    const inventory = await deps.inventory()
    const { batches } = placeAlerts(delivery.alerts, inventory)
    const { detector } = await context.engine()
    for (const [cluster, batch] of batches) await detector.alert(cluster, batch)
    const by = (await context.settings()).person
    const at = io.now()
    const body = { what: 'replayed', delivery: delivery.id, by }
    await journal.append([
      { id: `replay/${delivery.id}/${at}`, kind: 'audit', at, cluster: '-', target: null, workflowId: null, body },
    ])
    const count = [...batches.values()].reduce((sum, { alerts }) => sum + alerts.length, 0)
    out.answer({ delivery: delivery.id, alerts: count }, () => [
      `${count} alert(s) of ${delivery.id} were handed over.`,
    ])
    out.say('What was started or joined stays as it is; what was refused is judged anew. See: phix deliveries')
    return EXIT.ok
  },
}
