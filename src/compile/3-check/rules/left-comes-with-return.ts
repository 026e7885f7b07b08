import type { Rule } from '../context.ts'

/** What an earlier run left is given only to a run that a return started. */
export const leftComesWithReturn: Rule = ({ ast, places, report }) => {
  if (!ast.knowsTriggers || ast.triggers.some(({ kind }) => kind === 'returned')) return
  for (const { step } of places.all) if (!step.broken && step.part.kind === 'undoLeft') report('RB330', step.keyAt)
}
