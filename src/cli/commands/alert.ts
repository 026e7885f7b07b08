// `phix alert send`: alerts from a file, on the way that those of a hook take, and what was decided about each.
import { readFile } from 'node:fs/promises'
import { episodeOf, type Alert, type Decision } from '../../guard/protocol.ts'
import { deliverAlerts } from '../../intake/deliver-alerts.ts'
import type { Delivery } from '../../intake/delivery.ts'
import { createHandOver } from '../../intake/hand-over.ts'
import type { Journal } from '../../journal/journal.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import type { Paint } from '../paint.ts'
import { duration } from '../program-options.ts'
import { decisionFrom, renderDecision } from '../render-decision.ts'
import type { Context, Verb } from '../verb.ts'

interface Options {
  readonly cluster?: string
  readonly timeout: number
}

export const alertSend: Verb<Options> = {
  name: 'alert send',
  summary: 'Hand alerts of a file to the detector, as their sender would.',
  examples: [
    ['phix alert send alert.json', 'a notification of Alertmanager, or one alert'],
    ['phix alert send - --cluster ollama', 'from stdin, for this cluster'],
    ['phix route test alert.json', 'see first which runbook it is for'],
  ],
  declare: (command) =>
    command
      .argument('<file>', 'JSON; - reads stdin')
      .option('--cluster <name>', 'this cluster decides, whatever the alerts say')
      .addOption(duration('--timeout <duration>', 'give up waiting for the decisions after this', '20s')),
  async run(context, { cluster, timeout }, word) {
    const { deps, io, out } = context
    const inventory = await deps.inventory()
    const names = inventory.clusters.map(({ name }) => name)
    if (cluster !== undefined && !names.includes(cluster))
      throw new CliError(
        'notFound',
        `There is no cluster \`${cluster}\` in the inventory.`,
        `There are: ${names.join(', ')}.`,
      )
    const alerts = await readAlerts(context, String(word))
    const journal = await context.journal()
    const { detector } = await context.engine()
    const at = io.now()
    const id = `person-${crypto.randomUUID()}`
    const handOver = createHandOver({
      ...{ journal, now: () => io.now(), log: { warn: (_detail, message) => out.warn(message) } },
      alert: (name, batch) => detector.alert(name, batch),
    })
    const facts = { id, sender: 'person', at, headers: {}, bytes: JSON.stringify(alerts).length } as const
    const mine = alerts.map((alert) => ({ ...alert, delivery: id }))
    const whole = { facts, alerts: mine, poison: [], lost: 0, ...(cluster === undefined ? {} : { cluster }) }
    const delivery = await out.progress('Handing them over', deliverAlerts(whole, inventory, handOver))
    const asked = mine.filter((_alert, index) => !delivery.quarantined.some((each) => each.index === index))
    const isWaiting = Object.values(delivery.handed).includes('spooled')
    const answers = isWaiting
      ? new Map<string, Decision>()
      : await out.progress('Waiting for the decisions', awaitDecisions(context, journal, asked, at, timeout))
    const told = mine.map((alert): Told => ({
      alert: alert.labels['alertname'] ?? alert.fingerprint,
      status: alert.status,
      decision: answers.get(episodeOf(alert)) ?? null,
      problem: delivery.quarantined.find(({ index }) => mine[index] === alert)?.why ?? null,
    }))
    out.answer({ delivery: id, handed: delivery.handed, alerts: told }, (safe) =>
      safe.alerts.flatMap((each) => renderTold(each, out.paint)),
    )
    return exitOf(context, delivery, told)
  },
}

interface Told {
  readonly alert: string
  readonly status: Alert['status']
  readonly decision: Decision | null
  /** Why nobody was asked about it. */
  readonly problem: string | null
}

async function readAlerts({ deps, io }: Context, path: string): Promise<readonly Alert[]> {
  const text = path === '-' ? await io.readStdin() : await readFile(path, 'utf8').catch(() => null)
  if (text === null) throw new CliError('notFound', `There is no file \`${path}\`.`, 'A dash reads from stdin.')
  const routing = await deps.routing()
  try {
    return routing.readAlerts(text)
  } catch (error) {
    const why = `\`${path}\` holds no alerts: ${(error as Error).message}.`
    throw new CliError('invalid', why, 'Alertmanager’s words: docs/connect-alertmanager.md')
  }
}

const LOOK_EVERY_MS = 200
/** An episode that has its answer gets no other one: after this the earlier one is shown. */
const EARLIER_AFTER_MS = 2_000
const MOST_READ = 2_000
const LOOK_BACK_MS = 7 * 86_400_000

/** Reads the decisions of these alerts out of the journal, newest first, until each has one or time is up. */
async function awaitDecisions(
  { io }: Context,
  journal: Journal,
  alerts: readonly Alert[],
  sentAt: number,
  timeoutMs: number,
): Promise<ReadonlyMap<string, Decision>> {
  const wanted = new Set(alerts.map(episodeOf))
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const since = waitedMs < EARLIER_AFTER_MS ? sentAt : sentAt - LOOK_BACK_MS
    const found = new Map<string, Decision>()
    for (const record of await journal.read({ kind: 'decision', since, limit: MOST_READ })) {
      const decision = decisionFrom(record)
      if (decision?.trigger.kind !== 'alert') continue
      const episode = episodeOf(decision.trigger.alert)
      if (wanted.has(episode) && !found.has(episode)) found.set(episode, decision)
    }
    if (found.size === wanted.size || waitedMs >= timeoutMs) return found
    await io.sleep(LOOK_EVERY_MS)
  }
}

function renderTold({ alert, status, decision, problem }: Told, paint: Paint): readonly string[] {
  if (problem !== null) return [`${alert} (${status})  ${paint.red(problem)}`]
  if (decision === null) return [`${alert} (${status})  ${paint.yellow('no decision yet')}`]
  return [`${alert} (${status})`, ...renderDecision(decision, paint)]
}

const ASKED_FOR: readonly Decision['kind'][] = ['started', 'joined']

/** What resolves asks for nothing, so whatever was answered to it is well. */
function exitOf({ out }: Context, { handed, id }: Pick<Delivery, 'handed' | 'id'>, told: readonly Told[]): number {
  if (told.some(({ problem }) => problem !== null)) return EXIT.refused
  if (Object.values(handed).includes('spooled')) {
    out.warn(`Temporal does not answer: ${id} waits in the journal, and the server hands it on by itself.`)
    return EXIT.unreachable
  }
  if (told.some(({ decision, status }) => decision === null && status === 'firing')) {
    out.warn('Not all of them are decided yet. See later with: phix deliveries')
    return EXIT.timedOut
  }
  const isWell = ({ status, decision }: Told): boolean =>
    status === 'resolved' || (decision !== null && ASKED_FOR.includes(decision.kind))
  return told.every(isWell) ? EXIT.ok : EXIT.refused
}
