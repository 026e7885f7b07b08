// `onBusy: preempt`: the run that holds the lock is cancelled, takes back what it did, and then this one starts. A run is
// preempted once, never by something less severe, and never by the automation where a person started it.
import type { Severity } from '../plan/plan.ts'
import type { Ask } from './stages.ts'
import type { GuardState, OpenEntry } from './state.ts'
import type { Effect } from './step.ts'

export const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical']
export const rankOf = (severity: Severity | undefined): number =>
  severity === undefined ? 0 : SEVERITIES.indexOf(severity)

/** Answers whether a candidate may cancel the run that is in its way. */
export const mayPreempt = ({ candidate, isAutomatic }: Ask, busy: OpenEntry): boolean =>
  candidate.plan.guard.onBusy === 'preempt' &&
  (busy.automatic || !isAutomatic) &&
  rankOf(candidate.plan.severity) >= rankOf(busy.severity)

/** Cancels the run for another one. Saying it again is saying nothing. */
export function preempt(
  state: GuardState,
  workflowId: string,
  runbook: string,
): { readonly state: GuardState; readonly effects: readonly Effect[] } {
  const busy = state.open.find((run) => run.workflowId === workflowId)
  if (busy === undefined || busy.closed !== null || busy.preemptedBy !== undefined) return { state, effects: [] }
  const open = state.open.map((run) => (run === busy ? { ...run, preemptedBy: runbook } : run))
  const message = { by: 'phix', why: `\`${runbook}\` takes its place` }
  return { state: { ...state, open }, effects: [{ kind: 'say', workflowId, verb: 'cancel', message }] }
}
