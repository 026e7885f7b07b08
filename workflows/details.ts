// What Temporal's UI shows of a run under "current details": the step table, the open gates and what to type next.
import type { Gate, Pause, RunResult, StepRow } from '../src/plan/run.ts'
import { rowsOf, type State } from './interpreter/state.ts'
import { tableText } from './table-text.ts'

const ROWS_SHOWN = 30
const NOTES_SHOWN = 5

const MARKS: Readonly<Record<StepRow['status'], string>> = {
  waiting: '⏸\u00a0waiting',
  running: '▶\u00a0running',
  completed: '✓\u00a0completed',
  failed: '✗\u00a0failed',
  skipped: '–\u00a0skipped',
  cancelled: '■\u00a0cancelled',
  undone: '↩\u00a0undone',
}

/** Writes the details as Markdown (GFM tables). */
export function detailsOf(workflowId: string, state: State, gates: readonly Gate[], result: RunResult | null): string {
  const parts: string[] = []
  if (result !== null) parts.push(`**${result.outcome}** (${result.code}): ${inLine(result.message)}`)
  if (result === null) parts.push(...(state.pauses ?? []).map((pause) => pauseText(workflowId, pause)))
  for (const gate of gates) parts.push(gateText(workflowId, gate))
  const all = rowsOf(state)
  const rows = all.slice(-ROWS_SHOWN)
  const waiting = new Set(gates.map(({ id }) => id))
  const hidden = all.length - rows.length
  if (hidden > 0) parts.push(`${hidden} earlier steps are not shown.`)
  if (rows.length > 0) parts.push(tableOf(rows, waiting))
  const notes = state.notes.slice(-NOTES_SHOWN).map(({ at, text }) => `- ${timeText(at)} UTC: ${inLine(text)}`)
  if (notes.length > 0) parts.push(notes.join('\n'))
  if (result === null && gates.length === 0)
    parts.push(`Watch it: \`phix follow ${workflowId}\` · end it: \`phix cancel ${workflowId}\``)
  return parts.join('\n\n')
}

function tableOf(rows: readonly StepRow[], waiting: ReadonlySet<string>): string {
  return tableText(
    ['status', 'step', 'took'],
    rows.map((row) => {
      const { status, title, took } = cellsOf(row)
      return [waiting.has(row.id) ? '⏸ waits for a person' : status, title, took]
    }),
  )
}

interface Cells {
  readonly status: string
  readonly title: string
  readonly took: string
}

/** A row is never changed, only replaced: at each drawing most are as they were at the last. */
const drawn = new WeakMap<StepRow, Cells>()

function cellsOf(row: StepRow): Cells {
  const kept = drawn.get(row)
  if (kept !== undefined) return kept
  const title = `${'\u2003'.repeat(depthOf(row))}${inCell(row.title)}`
  const cells = { status: statusText(row), title, took: tookText(row) }
  drawn.set(row, cells)
  return cells
}

function statusText({ status, code }: StepRow): string {
  return code === null ? MARKS[status] : `${MARKS[status]} (${inCell(code)})`
}

/** How deep a step is nested, by its path; an undo stands where it happened, at the end. */
const depthOf = ({ id }: StepRow): number => (id.startsWith('undo/') ? 0 : id.split('/').length - 1)

function tookText({ status, startedAt, endedAt }: StepRow): string {
  if (startedAt === null || status === 'skipped') return ''
  return endedAt === null ? `since ${timeText(startedAt)} UTC` : `${((endedAt - startedAt) / 1000).toFixed(1)} s`
}

function gateText(workflowId: string, { id, title, message, snapshotHash, deadlineAt, verbs }: Gate): string {
  const until = deadlineAt === null ? '' : ` until ${timeText(deadlineAt)} UTC`
  const hash = snapshotHash.slice(0, 8)
  const commands = verbs.map((verb) => `phix ${verb} ${workflowId} --gate ${id} --hash ${hash}`)
  return [
    `**${inLine(title)}** waits for a person${until}. ${inLine(message)}`,
    '',
    '```',
    ...[...commands, `phix cancel ${workflowId}`].map(inLine),
    '```',
  ].join('\n')
}

const pauseText = (workflowId: string, { by, why, until }: Pause): string =>
  `**Paused** by ${inLine(by)} until ${timeText(until)}${why === null ? '' : `: ${inLine(why)}`}. To let it go on: \`phix resume ${workflowId}\``

const timeText = (at: number): string => new Date(at).toISOString().slice(11, 19)
const inLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 500)
const inCell = (text: string): string => inLine(text).replaceAll('|', '\\|')
