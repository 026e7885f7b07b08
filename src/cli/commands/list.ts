// `phix list`: runs, newest first, read from visibility alone: works without a worker.
import type { ScheduleSummary } from '../../plan/schedule.ts'
import type { RunFilter, RunSummary } from '../../temporal/engine.ts'
import { EXIT } from '../exit-codes.ts'
import { formatAgo, formatDuration, formatInstant } from '../format-time.ts'
import type { Cell } from '../output.ts'
import type { Paint } from '../paint.ts'
import { countOption } from '../program-options.ts'
import { renderTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'

interface Options {
  readonly open?: boolean
  readonly waiting?: boolean
  readonly schedules?: boolean
  readonly runbook?: string
  readonly cluster?: string
  readonly target?: string
  readonly limit: number
}

export const list: Verb<Options> = {
  name: 'list',
  summary: 'List runs, newest first.',
  examples: [
    ['phix list --open', 'what is going on now'],
    ['phix list --waiting', 'what waits for a person'],
    ['phix list --target node-2 --limit 5', 'what was done to one node'],
    ['phix list --schedules', 'what the clock starts, and when next'],
    ['phix list --json', 'for scripts'],
  ],
  declare: (command) =>
    command
      .option('--open', 'only runs that have not ended')
      .option('--waiting', 'only runs that wait for a person')
      .option('--schedules', 'the schedules instead of runs')
      .option('--runbook <name>', 'only runs of this runbook')
      .option('--cluster <name>', 'only runs of this cluster')
      .option('--target <name>', 'only runs on this target')
      .addOption(countOption('--limit <n>', 'at most so many', 20)),
  async run(context, options) {
    if (options.schedules === true) return listSchedules(context, options)
    const { io, out, engine } = context
    const { open, waiting, runbook, cluster, target, limit } = options
    const filter: RunFilter = {
      limit,
      ...(open === undefined ? {} : { open }),
      ...(waiting === undefined ? {} : { waiting, open: true }),
      ...(runbook === undefined ? {} : { runbook }),
      ...(cluster === undefined ? {} : { cluster }),
      ...(target === undefined ? {} : { target }),
    }
    const runs = await out.progress('Asking for runs', (await engine()).listRuns(filter))
    out.answer(
      { runs },
      (safe) => renderRuns(safe.runs, io.now(), out.paint),
      (safe) => safe.runs.map(runRecord),
    )
    if (runs.length === 0) out.say('No run matches.')
    if (runs.length === limit) out.say(`Only the newest ${limit} are shown; --limit shows more.`)
    return EXIT.ok
  },
}

async function listSchedules(
  { io, out, engine }: Context,
  { cluster, runbook, target, limit }: Options,
): Promise<number> {
  const all = await out.progress('Asking for schedules', (await engine()).listSchedules())
  const schedules = all
    .filter((each) => cluster === undefined || each.cluster === cluster)
    .filter((each) => runbook === undefined || each.runbook === runbook)
    .filter((each) => target === undefined || each.target === target)
    .slice(0, limit)
  out.answer(
    { schedules },
    (safe) => renderSchedules(safe.schedules, io.now(), out.paint),
    (safe) => safe.schedules.map(scheduleRecord),
  )
  if (schedules.length === 0)
    out.say('No schedule matches. A runbook asks for one with a trigger `schedule` or `every`.')
  return EXIT.ok
}

function renderSchedules(schedules: readonly ScheduleSummary[], nowMs: number, paint: Paint): readonly string[] {
  if (schedules.length === 0) return []
  return renderTable(
    ['NEXT', 'RUNBOOK', 'TARGET', 'WHEN', 'LAST', 'SCHEDULE'],
    schedules.map(({ id, runbook, target, cron, timezone, paused, nextAt, lastAt }) => [
      paused ? paint.yellow('paused') : nextAt === null ? 'never' : `${formatInstant(nextAt)}`,
      ...[runbook, target, `${cron} ${timezone}`],
      lastAt === null ? 'never' : formatAgo(lastAt, nowMs),
      id,
    ]),
  )
}

/** Next and last time (ISO), runbook, cluster, target, cron, zone, paused or not, id. */
const scheduleRecord = (each: ScheduleSummary): readonly Cell[] => [
  each.nextAt === null ? null : formatInstant(each.nextAt),
  each.lastAt === null ? null : formatInstant(each.lastAt),
  ...[each.runbook, each.cluster, each.target, each.cron, each.timezone],
  each.paused ? 'paused' : 'on',
  each.id,
]

/** Renders runs as a table; nothing where there are none. */
export function renderRuns(runs: readonly RunSummary[], nowMs: number, paint: Paint): readonly string[] {
  if (runs.length === 0) return []
  return renderTable(
    ['STATE', 'RUNBOOK', 'TARGET', 'STARTED', 'TOOK', 'RUN'],
    runs.map((run) => [
      stateOf(run, paint),
      run.runbook,
      run.target,
      formatAgo(run.startedAt, nowMs),
      formatDuration((run.closedAt ?? nowMs) - run.startedAt),
      run.workflowId,
    ]),
  )
}

function stateOf(run: RunSummary, paint: Paint): string {
  if (run.status === 'open') return run.waiting ? paint.yellow('? waiting') : paint.cyan('▸ running')
  const word = run.outcome ?? run.status
  if (word === 'effective' || word === 'recovered') return paint.green(`✓ ${word}`)
  return paint.red(`✗ ${word}`)
}

/** State, runbook, cluster, target, begin and end (ISO), id. */
const runRecord = (run: RunSummary): readonly Cell[] => [
  run.status === 'open' ? (run.waiting ? 'waiting' : 'running') : (run.outcome ?? run.status),
  run.runbook,
  run.cluster,
  run.target,
  formatInstant(run.startedAt),
  run.closedAt === null ? null : formatInstant(run.closedAt),
  run.workflowId,
]
