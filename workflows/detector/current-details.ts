// What Temporal's own UI shows of a detector: its targets that are not well, its open runs, its last decisions.
import { heldBecause, type GuardState } from '../../src/guard/state.ts'
import { tableText } from '../table-text.ts'

const ROWS = 50
const DECISIONS = 10

/** Writes the state as Markdown. Costs no event: it is read by a query. */
export function currentDetails(state: GuardState): string {
  const members = Object.entries(state.targets).filter(([, { isMember }]) => isMember)
  // A spare that does not answer is as it should be.
  const wanted = members.filter(([, { desired, verdict }]) => desired !== 'spare' || verdict === 'healthy')
  const spares = members.length - wanted.length
  const well = wanted.filter(([, { verdict, desired }]) => verdict === 'healthy' && desired === 'serving')
  const others = wanted.filter((member) => !well.includes(member)).slice(0, ROWS)
  const why = heldBecause(state)
  return [
    `**${state.cluster}**: ${well.length} of ${wanted.length} nodes are healthy and serving${spares === 0 ? '' : `; ${spares} more are spare`}.`,
    ...(state.freeze === null
      ? []
      : [
          '',
          `**Frozen** by ${state.freeze.by} until ${new Date(state.freeze.until).toISOString()}: ${state.freeze.why}`,
        ]),
    ...(why === null ? [] : ['', `**Nothing starts by itself:** ${why}`]),
    ...table(
      ['node', 'verdict', 'meant to be', 'evidence'],
      others.map(([name, { verdict, desired, evidence }]) => [name, verdict, desired, evidence]),
    ),
    ...table(
      ['open run', 'on', 'since'],
      state.open.slice(0, ROWS).map((run) => [run.workflowId, run.target, timeText(run.startedAt)]),
    ),
    ...(state.decisions.length === 0
      ? ['', 'Nothing had to be decided yet.']
      : ['', '**Decisions, newest first**', '']),
    ...state.decisions
      .slice(-DECISIONS)
      .toReversed()
      .map(({ at, kind, reason, message }) => `- ${timeText(at)} **${kind}** (${reason}): ${message}`),
  ].join('\n')
}

const timeText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const cells = rows.map((row) => row.map((cell) => cell.replace(/[|\n]/g, ' ')))
  return ['', tableText(head, cells), '']
}
