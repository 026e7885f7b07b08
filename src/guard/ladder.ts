// The ladder of runbooks on one target: one that did not help several times in a row is not tried there again. The next one
// that matches has its turn; where there is none, a person is called. A run that helps, or a reset, begins it anew.
import type { Outcome } from '../plan/run.ts'
import type { Candidate } from './protocol.ts'
import type { Stage } from './stages.ts'
import { targetOf, type GuardState, type TargetRecord } from './state.ts'

export const DEFAULT_RUNGS = 3
const DID_NOT_HELP: readonly Outcome[] = ['ineffective', 'failed', 'timed-out', 'needs-human']
const HELPED: readonly Outcome[] = ['effective']

type Climber = Pick<Candidate, 'target'> & { readonly plan: Pick<Candidate['plan'], 'name' | 'guard'> }

/** Answers whether a runbook has had all its turns on a target. */
export function isSpent(state: GuardState, { plan, target }: Climber): boolean {
  const rungs = targetOf(state, target)?.rungs ?? {}
  return countOf(rungs, plan.name) >= (plan.guard.giveUpAfter ?? DEFAULT_RUNGS)
}

const countOf = (rungs: TargetRecord['rungs'], runbook: string): number =>
  Object.hasOwn(rungs, runbook) ? (rungs[runbook] ?? 0) : 0

/** What a run that ended means for the ladder of its target. */
export function climb(rungs: TargetRecord['rungs'], runbook: string, outcome: Outcome): TargetRecord['rungs'] {
  if (HELPED.includes(outcome)) return {}
  if (!DID_NOT_HELP.includes(outcome)) return rungs
  return { ...rungs, [runbook]: countOf(rungs, runbook) + 1 }
}

/** Holds what has had all its turns, and calls a person: time alone never gives it another one. */
export const rungIsLeft: Stage = ({ state, candidate, isAutomatic }) => {
  if (!isAutomatic || !isSpent(state, candidate)) return null
  const failed = countOf(targetOf(state, candidate.target)?.rungs ?? {}, candidate.plan.name)
  const message = `\`${candidate.plan.name}\` did not help \`${candidate.target}\` ${failed} times in a row and no other runbook is left: a person is needed; \`phix reset ${candidate.target}\` lets it try again.`
  return { kind: 'held', reason: 'ladder-spent', message, lookAgainAt: Number.MAX_SAFE_INTEGER, page: true }
}
