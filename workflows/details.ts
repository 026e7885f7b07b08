// What Temporal's UI shows of a run under "current details": the step table, the open gates and what to type next.
import type { Gate, Pause, RunResult, StepRow } from '../src/plan/run.ts'
import { rowsOf, type State } from './interpreter/state.ts'

const ROWS_SHOWN = 30
const NOTES_SHOWN = 5

const MARKS: Readonly<Record<StepRow['status'], string>> = {
  waiting: '⏸ waiting',
  running: '▶ running',
  completed: '✓ completed',
  failed: '✗ failed',
  skipped: '– skipped',
  cancelled: '■ cancelled',
  undone: '↩ undone',
}

/** Writes the details as Markdown (GFM tables; the UI renders no HTML). */
export function detailsOf(workflowId: string, state: State, gates: readonly Gate[], result: RunResult | null): string {
  const parts: string[] = []
  if (result !== null) parts.push(`**${result.outcome}** (${result.code}): ${inLine(result.message)}`)
  if (result === null) parts.push(...(state.pauses ?? []).map((pause) => pauseText(workflowId, pause)))
  for (const gate of gates) parts.push(gateText(workflowId, gate))
  const all = rowsOf(state)
  const rows = all.slice(-ROWS_SHOWN)
  const hidden = all.length - rows.length
  parts.push(['| step | what | status | took |', '|---|---|---|---|', ...rows.map(rowText)].join('\n'))
  if (hidden > 0) parts.push(`${hidden} earlier steps are not shown.`)
  const notes = state.notes.slice(-NOTES_SHOWN).map(({ at, text }) => `- ${timeText(at)} ${inLine(text)}`)
  if (notes.length > 0) parts.push(notes.join('\n'))
  if (result === null && gates.length === 0) parts.push(`To end it: \`phix cancel ${workflowId}\``)
  return parts.join('\n\n')
}

function rowText({ id, title, status, code, startedAt, endedAt }: StepRow): string {
  const took = startedAt === null || endedAt === null ? '' : `${((endedAt - startedAt) / 1000).toFixed(1)} s`
  const how = code === null ? MARKS[status] : `${MARKS[status]} (${inCell(code)})`
  return `| ${inCell(id)} | ${inCell(title)} | ${how} | ${took} |`
}

function gateText(workflowId: string, { id, title, message, snapshotHash, deadlineAt, verbs }: Gate): string {
  const until = deadlineAt === null ? '' : ` until ${timeText(deadlineAt)}`
  const hash = snapshotHash.slice(0, 8)
  const commands = [...verbs, 'cancel'].map((verb) => `\`phix ${verb} ${workflowId} --gate ${id} --hash ${hash}\``)
  return [
    `**${inLine(title)}** waits for a person${until}. ${inLine(message)}`,
    ...commands.map((text) => `- ${text}`),
  ].join('\n')
}

const pauseText = (workflowId: string, { by, why, until }: Pause): string =>
  `**Paused** by ${inLine(by)} until ${timeText(until)}${why === null ? '' : `: ${inLine(why)}`}. To let it go on: \`phix resume ${workflowId}\``

const timeText = (at: number): string => new Date(at).toISOString().slice(11, 19)
const inLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 500)
const inCell = (text: string): string => inLine(text).replaceAll('|', '\\|')
