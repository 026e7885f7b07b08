// The cause of a run clears while it is going. By its own work, as a rule: so only a run that has changed nothing yet stops
// (`cancel`) or waits for a person (`ask`); the run itself knows, and refuses the word where it has.
import { targetOf, type GuardState, type OpenEntry } from './state.ts'
import type { Effect } from './step.ts'

const ASK_FOR_MS = 900_000

/** What runs are told whose target has just become well. */
export const tellResolved = (state: GuardState, target: string, now: number): readonly Effect[] =>
  state.open.filter((run) => isFor(run, target)).flatMap((run) => wordFor(run, now))

/** A run that was still being started when its cause cleared hears it, too. */
export const tellResolvedLate = (state: GuardState, run: OpenEntry, now: number): readonly Effect[] =>
  run.trigger.kind === 'verdict' &&
  isFor(run, run.trigger.target) &&
  targetOf(state, run.trigger.target)?.verdict === 'healthy'
    ? wordFor(run, now)
    : []

const isFor = ({ trigger, automatic, closed }: OpenEntry, target: string): boolean =>
  automatic && closed === null && trigger.kind === 'verdict' && trigger.target === target

/** What one run is told as its runbook says. */
export function wordFor({ workflowId, target, runbook, guard }: OpenEntry, now: number): readonly Effect[] {
  const why = `what it was started for is gone: \`${target}\` is healthy`
  const calm: Effect = { kind: 'calm', workflowId }
  switch (guard.onResolved) {
    case 'finish':
      return [calm]
    case 'cancel':
      return [{ kind: 'say', workflowId, verb: 'cancel', message: { by: 'phix', why, ifUnchanged: true } }, calm]
    case 'ask': {
      const until = now + ASK_FOR_MS
      const text = `\`${runbook}\` on \`${target}\` may no longer be needed: \`${target}\` is healthy. If it has changed nothing yet it waits for 15 min: \`phix cancel ${workflowId}\` or \`phix resume ${workflowId}\`.`
      return [
        { kind: 'say', workflowId, verb: 'pause', message: { by: 'phix', why, until, ifUnchanged: true } },
        calm,
        { kind: 'page', key: `${workflowId}/resolved`, message: text },
      ]
    }
  }
}
