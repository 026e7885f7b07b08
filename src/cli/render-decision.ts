// Decisions as lines: what was done with a trigger, and why not more. Values come in escaped.
import { DECISION_KINDS, type Decision, type Trigger } from '../guard/protocol.ts'
import type { JournalRecord } from '../journal/journal.ts'
import { formatInstant } from './format-time.ts'
import type { Paint } from './paint.ts'

/** Reads a decision out of its journal record; null where the record holds none. */
export function decisionFrom(record: JournalRecord): Decision | null {
  const body = record.body as unknown as Decision
  if (typeof body !== 'object' || body === null) return null
  return DECISION_KINDS.includes(body.kind) && typeof body.message === 'string' ? body : null
}

/** Renders one decision: when, what, why, and the command that shows more. */
export function renderDecision(decision: Decision, paint: Paint): readonly string[] {
  const lines = [
    `${formatInstant(decision.at)}  ${paintKind(decision.kind, paint)}  ${decision.target}  ${decision.runbook ?? '(no runbook)'}  ${paint.dim(decision.reason)}`,
    `    ${decision.message}`,
  ]
  if (decision.trigger !== undefined) lines.push(`    ${paint.dim(`trigger: ${triggerText(decision.trigger)}`)}`)
  if (decision.workflowId !== null) lines.push(`    ${paint.dim(`phix show ${decision.workflowId}`)}`)
  return lines
}

function paintKind(kind: Decision['kind'], paint: Paint): string {
  const word = kind.padEnd(8)
  switch (kind) {
    case 'started':
      return paint.green(word)
    case 'refused':
      return paint.red(word)
    case 'held':
    case 'shadowed':
      return paint.yellow(word)
    case 'joined':
      return paint.cyan(word)
  }
}

/** Says in a few words what set it off. */
export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'verdict':
      return `${trigger.verdict}, φ ${trigger.phi.toFixed(1)}; ${trigger.evidence}`
    case 'condition':
    case 'trend':
      return `${trigger.kind} of ${trigger.runbook}; ${trigger.evidence}`
    case 'returned':
      return `answers again; ${trigger.evidence}`
    case 'alert':
      return `${trigger.evidence}; delivery ${trigger.alert.delivery}`
    case 'schedule':
      return `the clock; ${trigger.evidence}`
    case 'person':
      return `asked by ${trigger.by}`
  }
}

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  locked: 'Another run holds the lock: watch it with `phix follow --latest`.',
  queued: 'It starts when the run before it has ended: watch with `phix follow --latest`.',
  'held-after-success':
    'It was just helped: see that run with `phix history --node NODE`, and look again after the hold.',
  'ladder-spent': 'No runbook helped it: act by hand, then `phix reset NODE --why "…"`.',
  flapping: 'It falls and comes back again and again: find out why with `phix history --node NODE`.',
  'zone-budget': 'Too little of its zone is healthy: bring another node of the zone back first, see `phix status`.',
  'control-plane': 'Another node of the control plane is being worked on: watch it with `phix follow --latest`.',
  stale: 'It waited too long or for nothing: ask again, if it is still needed.',
  frozen:
    'Wait for its end or thaw it: `phix status` shows who froze it; `phix run … --override-freeze "why"` starts one run all the same.',
  'queue-full': 'Too many wait already: see what holds them with `phix list --open`.',
  'attempts-spent': 'The automation gave up on it for now: look at `phix history`, then act by hand.',
  'cooling-down': 'Wait until the cooldown is over: `phix status` shows when.',
  'not-wanted': 'It is meant to be down: `phix status` shows what it is meant to be.',
  'no-runbook': 'No runbook matches: see what there is with `phix check`.',
  'bad-inputs': 'Mend the inputs: `phix plan RUNBOOK --input KEY=VALUE` shows what is wrong.',
  'unknown-target': 'The inventory does not name it: see what it names with `phix status`.',
  contradicted: 'The alert and the probe disagree: look at the target, then at the alert’s rule.',
  gone: 'The cause is gone; nothing has to be done.',
  budget: 'Too little is healthy to take anything away: bring another node back first, see `phix status`.',
  'evidence-unknown': 'What is not known is not risked: see `phix status`, then `phix doctor`.',
  storm: 'Many starts in a short time: look at the whole cluster with `phix status` before you act.',
  'too-many-runs': 'The cluster has as many runs as it may: see them with `phix list --open`.',
  settling: 'It is seen in a moment whether this is one cause of several: nothing has to be done.',
  'wider-cause':
    'The wider runbook takes care of it: watch it with `phix follow --latest`, or see `phix why` of the cluster.',
  'observer-in-doubt': 'The observer does not trust itself: `phix status` says why.',
}

/** Says what a person can do about a decision that started nothing. */
export const adviceFor = (decision: Decision): string =>
  WHAT_TO_DO[decision.reason] ?? `See the whole reason with \`phix why ${decision.target}\`.`
