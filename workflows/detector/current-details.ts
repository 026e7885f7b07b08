// What Temporal's own UI shows of a detector: its targets that are not well, its open runs, its last decisions.
import type { GuardState } from '../../src/guard/state.ts'

const ROWS = 50
const DECISIONS = 10

/** Writes the state as Markdown. Costs no event: it is read by a query. */
export function currentDetails(state: GuardState): string {
  const members = Object.entries(state.targets).filter(([, { isMember }]) => isMember)
  const well = members.filter(([, { verdict, desired }]) => verdict === 'healthy' && desired === 'serving')
  const others = members.filter((member) => !well.includes(member)).slice(0, ROWS)
  return [
    `**${state.cluster}**: ${well.length} of ${members.length} targets are healthy and serving.`,
    ...(state.freeze === null
      ? []
      : [`**Frozen** by ${state.freeze.by} until ${new Date(state.freeze.until).toISOString()}: ${state.freeze.why}`]),
    ...(state.frozen === null ? [] : [`**Nothing starts by itself:** ${state.frozen}`]),
    ...table(
      ['target', 'verdict', 'meant to be', 'evidence'],
      others.map(([name, { verdict, desired, evidence }]) => [name, verdict, desired, evidence]),
    ),
    ...table(
      ['open run', 'on', 'since'],
      state.open.slice(0, ROWS).map((run) => [run.workflowId, run.target, new Date(run.startedAt).toISOString()]),
    ),
    ...state.decisions.slice(-DECISIONS).map(({ kind, reason, message }) => `- **${kind}** (${reason}): ${message}`),
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/[|\n]/g, ' ')).join(' | ')} |`
  return ['', line(head), line(head.map(() => '---')), ...rows.map(line), '']
}
