// The status as lines: warnings first, then the engine, the nodes of each cluster, what is open.
import type { Verdict } from '../../guard/protocol.ts'
import { renderRuns } from '../commands/list.ts'
import { formatAgo, formatDuration } from '../format-time.ts'
import type { Paint } from '../paint.ts'
import { renderTable } from '../table.ts'
import type { BeatNote } from '../../dead-man/beat-note.ts'
import type { ClusterStatus, NodeStatus, Status } from './read-status.ts'
import { renderHeld } from './render-held.ts'
import type { Telling } from './read-telling.ts'

/** An observer that is later than this is not to be believed. */
const LATE_MS = 1_000
/** Knowledge that is older than this is told as old. */
const OLD_MS = 15_000

/** Renders the whole status. */
export function renderStatus(status: Status, nowMs: number, paint: Paint): readonly string[] {
  const { engine } = status
  const lines: string[] = []
  if (status.insecureDev)
    lines.push(paint.yellow('! hooks take alerts from anybody on this machine (--insecure-dev); not for production'))
  if (status.acceptance) lines.push(paint.yellow('! acceptance inventory: guards are loosened; not for production'))
  if (status.insecure) lines.push(paint.yellow('! the HTTP server listens beyond this machine'))
  lines.push(...status.clusters.flatMap((cluster) => renderFreeze(cluster, nowMs, paint)))
  lines.push(...status.clusters.flatMap((cluster) => renderHeld(cluster, nowMs, paint)))
  lines.push(
    engine.server === null
      ? paint.red(`✗ engine: not reachable`)
      : engine.workers === 0
        ? paint.red(`✗ engine: ${engine.server}, no worker polls: runs stand still`)
        : `${paint.green('✓')} engine: ${engine.server}, ${engine.workers} worker${engine.workers === 1 ? '' : 's'}`,
  )
  lines.push(...renderTelling(status.telling, nowMs, paint))
  if (engine.server === null)
    for (const { name, nodes } of status.clusters)
      lines.push(`  cluster ${name}: nothing is known of its ${nodes.length} nodes while the engine is away`)
  else for (const cluster of status.clusters) lines.push('', ...renderCluster(cluster, nowMs, paint))
  if (engine.server !== null) {
    lines.push('')
    if (status.runs.length === 0) lines.push('No run is open.')
    else lines.push('Open runs', ...renderRuns(status.runs, nowMs, paint).map((line) => `  ${line}`))
  }
  if (status.runs.some(({ waiting }) => waiting))
    lines.push(
      '',
      `A run waits for a person: ${paint.cyan('phix list --waiting')}, then ${paint.cyan('phix show RUN')}`,
    )
  return lines
}

/** Whether anybody would hear of it: in the place where a person looks who heard nothing. */
function renderTelling({ unreached, channels, beat }: Telling, nowMs: number, paint: Paint): readonly string[] {
  return [
    ...unreached.map((sentence) => paint.yellow(`! ${sentence}`)),
    ...channels.map(({ name, failures, lastAt, why }) =>
      paint.red(`✗ channel ${name} has failed ${failures}× in a row, last ${formatAgo(lastAt, nowMs)}: ${why}`),
    ),
    ...(beat === null ? [] : [renderBeat(beat, nowMs, paint)]),
  ]
}

/** Whoever receives it calls people after a few that are missing; so does the status. */
const BEATS_MISSED = 3

function renderBeat({ sentAt, everyMs, problem }: BeatNote, nowMs: number, paint: Paint): string {
  if (sentAt !== null && problem === null && nowMs - sentAt < BEATS_MISSED * everyMs)
    return `${paint.green('✓')} dead-man beat: sent ${formatAgo(sentAt, nowMs)}, every ${formatDuration(everyMs)}`
  const since = sentAt === null ? 'none has gone out' : `none since ${formatAgo(sentAt, nowMs)}`
  return paint.red(`! dead-man beat: ${since}: ${problem ?? 'the worker that sent it is gone'}`)
}

/** Above everything else: whoever wonders why nothing starts must not have to look for it. */
function renderFreeze({ name, freeze }: ClusterStatus, nowMs: number, paint: Paint): readonly string[] {
  if (freeze === null) return []
  const runs = freeze.inFlight ? 'nothing starts, open runs are held' : 'nothing starts, open runs go on'
  const left = formatDuration(Math.max(0, freeze.until - nowMs))
  return [
    paint.yellow(`! cluster ${name} is frozen for ${left} more by ${freeze.by}, ${runs}: ${freeze.why}`),
    `    phix thaw --cluster ${name} --why "…"`,
  ]
}

function renderCluster(cluster: ClusterStatus, nowMs: number, paint: Paint): readonly string[] {
  const facts: string[] = []
  if (cluster.detector === false) facts.push(paint.red('no detector runs: nothing is healed'))
  if (cluster.detector === null) facts.push(paint.yellow('its detector could not be asked'))
  if (cluster.lagMs !== null)
    facts.push(
      cluster.lagMs > LATE_MS
        ? paint.yellow(`observer is ${formatDuration(cluster.lagMs)} late: verdicts are in doubt`)
        : `observer lag ${formatDuration(cluster.lagMs)}`,
    )
  if (cluster.at !== null && nowMs - cluster.at > OLD_MS)
    facts.push(paint.yellow(`last heard ${formatAgo(cluster.at, nowMs)}`))
  const rows = renderTable(
    ['', 'NODE', 'VERDICT', 'φ', 'MEANT TO BE', 'LAST BEAT', 'ATTEMPTS LEFT', 'LOCK'],
    cluster.nodes.map((node) => renderNode(node, nowMs, paint)),
  )
  return [
    `${paint.bold(`cluster ${cluster.name}`)}${facts.length === 0 ? '' : `  ${facts.join('; ')}`}`,
    ...(cluster.frozen === null
      ? []
      : [`  ${paint.yellow(`! verdicts are frozen, nothing starts by itself: ${cluster.frozen}`)}`]),
    ...rows.map((row) => `  ${row}`),
    ...cluster.nodes.flatMap((node) => renderTroubles(node, paint)),
    ...cluster.notes.map(({ at, text }) => `  ${paint.yellow('!')} ${formatAgo(at, nowMs)}: ${text}`),
  ]
}

/** What the guard remembers of a node that a person should know: it flaps, or nothing has helped it. */
function renderTroubles({ name, flapping, rungs }: NodeStatus, paint: Paint): readonly string[] {
  const failed = Object.entries(rungs).map(([runbook, times]) => `${runbook} ${times}×`)
  return [
    ...(flapping ? [`  ${paint.yellow(`! ${name} is flapping: it gets only a few starts an hour`)}`] : []),
    ...(failed.length > 0 ? [`  ${paint.yellow(`! did not help ${name}: ${failed.join(', ')}`)}`] : []),
  ]
}

const VERDICT_MARKS: Readonly<Record<Verdict, string>> = { healthy: '✓', suspect: '!', failed: '✗', unknown: '?' }

function renderNode(node: NodeStatus, nowMs: number, paint: Paint): readonly string[] {
  const meant = node.desired ?? (node.spare ? 'spare' : '?')
  const [mark, verdict, phi] = verdictCells(node, meant, paint)
  const cooling =
    node.cooldownUntil !== null && node.cooldownUntil > nowMs
      ? ` (cooling down ${formatDuration(node.cooldownUntil - nowMs)})`
      : ''
  return [
    mark,
    node.name,
    verdict,
    phi,
    meant === 'serving' ? meant : paint.yellow(meant),
    node.lastBeatAt === null ? '–' : formatAgo(node.lastBeatAt, nowMs),
    `${node.attemptsLeft ?? '–'}${cooling}`,
    node.lock ?? '–',
  ]
}

/** Silence is alarming only where a node is meant to serve: who is down on purpose gets no mark of an illness. */
function verdictCells({ verdict, phi }: NodeStatus, meant: string, paint: Paint): readonly [string, string, string] {
  const isMeantDown = meant !== 'serving' && meant !== '?'
  if (isMeantDown && verdict !== 'healthy')
    return [paint.dim('·'), paint.dim(verdict === 'unknown' ? verdict : 'down'), '–']
  const color = { healthy: paint.green, suspect: paint.yellow, failed: paint.red, unknown: paint.dim }[verdict]
  return [color(VERDICT_MARKS[verdict]), color(verdict), phiText(phi)]
}

/** Beyond a hundred it says nothing more: the node has been silent for long. */
const phiText = (phi: number | null): string => (phi === null ? '–' : phi > 100 ? '>100' : phi.toFixed(1))
