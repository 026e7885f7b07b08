// The third pass: what the steps mean together. A rule is a function; the rule book is this list.
import { createChecker } from '../../expressions/check.ts'
import type { CheckContext, Given, Rule } from './context.ts'
import { readsOfSteps, readsOfVerify } from './reads.ts'
import { argumentsFit } from './rules/arguments-fit.ts'
import { destroyIsApproved } from './rules/destroy-is-approved.ts'
import { endingsAreHonest } from './rules/endings-are-honest.ts'
import { everyStepIsReached } from './rules/every-step-is-reached.ts'
import { everyWaitEnds } from './rules/every-wait-ends.ts'
import { expressionsFit } from './rules/expressions-fit.ts'
import { idsAreUnique } from './rules/ids-are-unique.ts'
import { inputsAreUsed } from './rules/inputs-are-used.ts'
import { inputsMakeSense } from './rules/inputs-make-sense.ts'
import { leftComesWithReturn } from './rules/left-comes-with-return.ts'
import { matchersArePatterns } from './rules/matchers-are-patterns.ts'
import { namesResolve } from './rules/names-resolve.ts'
import { retriesAreGentle } from './rules/retries-are-gentle.ts'
import { schedulesAreTimes } from './rules/schedules-are-times.ts'
import { triggersBind } from './rules/triggers-bind.ts'
import { undoIsKnown } from './rules/undo-is-known.ts'
import { verifyCanHold } from './rules/verify-can-hold.ts'
import { waitsAreShort } from './rules/waits-are-short.ts'
import { stepRoots } from './types-here.ts'

export const RULES: readonly Rule[] = [
  idsAreUnique,
  namesResolve,
  inputsMakeSense,
  triggersBind,
  matchersArePatterns,
  schedulesAreTimes,
  expressionsFit,
  argumentsFit,
  everyWaitEnds,
  waitsAreShort,
  verifyCanHold,
  everyStepIsReached,
  destroyIsApproved,
  undoIsKnown,
  endingsAreHonest,
  leftComesWithReturn,
  retriesAreGentle,
  inputsAreUsed,
]

/** Applies every rule. Fails: RB3xx. */
export function check(given: Given): void {
  const context: CheckContext = {
    ...given,
    checker: createChecker(stepRoots(given)),
    reads: [...readsOfSteps(given), ...readsOfVerify(given)],
  }
  for (const rule of RULES) rule(context)
}
