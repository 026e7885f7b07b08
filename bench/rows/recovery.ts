// The lab, really killed: from SIGKILL of a node to the first changing action, and to the verified end. Kills go past Phix;
// times come from Temporal's histories and the journal, not from what Phix says of itself.
import { Client, Connection } from '@temporalio/client'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { CATALOGUE } from '../../activities/catalogue.ts'
import { readAddresses } from '../../src/config/addresses.ts'
import { openJournal } from '../../src/journal/open-journal.ts'
import type { RunResult } from '../../src/plan/run.ts'
import { startPhix, until, type PhixUp } from '../../test/e2e/phix-up.ts'
import { absoluteRow, inSeconds, median, quantile, type Row } from '../row.ts'

const KILLS = 20
const NODES = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'] as const
const WHOLE_MS = 60_000
/** The rhythm of a link is learned first: a node of ten beats is suspected after 9 s (decision 0592). */
const LEARN_MS = 60_000
const RUN_MS = 120_000
const ACTION_LIMIT_MS = 6_000
const VERIFIED_LIMIT_MS = 15_000
const CHANGING = new Set(CATALOGUE.filter(({ effect }) => effect !== 'read').map(({ name }) => name))

interface Healed {
  readonly decidedMs: number
  readonly actionMs: number
  readonly verifiedMs: number
}

export async function recovery(): Promise<readonly Row[]> {
  const up = await startPhix()
  const address = readAddresses(up.dataFolder)?.temporal.address ?? ''
  const connection = await Connection.connect({ address })
  try {
    loosenGuards(up)
    await sleep(LEARN_MS)
    const client = new Client({ connection })
    const healed: Healed[] = []
    for (let kill = 0; kill < KILLS; kill++)
      healed.push(await killAndWatch(up, client, NODES[kill % NODES.length] ?? ''))
    const row = (what: string, times: readonly number[], limitMs: number): Row => {
      const made = absoluteRow(what, quantile(times, 0.99), limitMs, inSeconds)
      return { ...made, measured: `${made.measured}, median ${inSeconds(median(times))}` }
    }
    const decided = median(healed.map(({ decidedMs }) => decidedMs))
    const first = row(
      `kill → first changing action, p99 of ${KILLS}`,
      healed.map(({ actionMs }) => actionMs),
      ACTION_LIMIT_MS,
    )
    return [
      { ...first, measured: `${first.measured}, decided ${inSeconds(decided)}` },
      row(
        `kill → verified, p99 of ${KILLS}`,
        healed.map(({ verifiedMs }) => verifiedMs),
        VERIFIED_LIMIT_MS,
      ),
    ]
  } finally {
    await connection.close()
    await up.remove()
  }
}

/** The same node is broken again and again: cooldowns and attempts are for people's clusters. */
function loosenGuards({ dataFolder }: PhixUp): void {
  const file = join(dataFolder, 'inventory.yaml')
  const inventory = parse(readFileSync(file, 'utf8')) as { acceptance: boolean; clusters: { guard: object }[] }
  inventory.acceptance = true
  for (const cluster of inventory.clusters)
    cluster.guard = {
      runsInFlight: 50,
      startsPerMinute: 1_000,
      override: { cooldownMs: 0, attempts: 1_000 },
    }
  writeFileSync(file, stringify(inventory))
}

async function killAndWatch(up: PhixUp, client: Client, node: string): Promise<Healed> {
  await until(
    () => isWhole(up),
    WHOLE_MS,
    () => up.said(),
  )
  const pid = up.world.nodePid(node)
  if (pid === null) throw new Error(`\`${node}\` has no process to kill`)
  const killedAt = Date.now()
  process.kill(pid, 'SIGKILL')
  const workflowId = await closedRun(client, node, killedAt)
  const handle = client.workflow.getHandle(workflowId)
  const { outcome } = (await handle.result()) as RunResult
  if (outcome !== 'effective') throw new Error(`the run \`${workflowId}\` on \`${node}\` ended as ${outcome}`)
  const times = timesOf((await handle.fetchHistory()).events ?? [])
  return {
    decidedMs: (await decidedAt(up, node, killedAt)) - killedAt,
    actionMs: times.actionAt - killedAt,
    verifiedMs: times.verifiedAt - killedAt,
  }
}

async function isWhole({ world }: PhixUp): Promise<boolean> {
  const healthy = await Promise.all(NODES.map((node) => world.isHealthy(node)))
  return healthy.every(Boolean) && ((await world.successRate(5_000)) ?? 0) > 0.99
}

async function closedRun(client: Client, node: string, since: number): Promise<string> {
  const query = `PhixTarget = '${node}' AND StartTime >= '${new Date(since).toISOString()}' AND ExecutionStatus != 'Running'`
  let found: string | null = null
  await until(async () => {
    for await (const { workflowId } of client.workflow.list({ query })) found = workflowId
    return found !== null
  }, RUN_MS)
  return found ?? ''
}

type Events = NonNullable<Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']>

function timesOf(events: Events): { readonly actionAt: number; readonly verifiedAt: number } {
  const nameOf = (event: Events[number]): string => event.activityTaskScheduledEventAttributes?.activityType?.name ?? ''
  const action = events.find((event) => CHANGING.has(nameOf(event)))
  const verify = events.findLast((event) => nameOf(event) === 'verify')
  const verified = events.find(({ activityTaskCompletedEventAttributes: done }) =>
    verify?.eventId?.equals(done?.scheduledEventId ?? -1),
  )
  return { actionAt: atMs(action), verifiedAt: atMs(verified) }
}

function atMs(event: Events[number] | undefined): number {
  const time = event?.eventTime
  return time == null ? Number.NaN : Number(time.seconds) * 1000 + (time.nanos ?? 0) / 1e6
}

/** When the journal says that the run was decided on. */
async function decidedAt({ dataFolder }: PhixUp, target: string, since: number): Promise<number> {
  const journal = await openJournal(`sqlite:${join(dataFolder, 'journal.db')}`)
  try {
    const records = await journal.read({ kind: 'decision', target, since })
    return records.findLast(({ body }) => (body as { kind?: string }).kind === 'started')?.at ?? Number.NaN
  } finally {
    await journal.close()
  }
}
