import type { StepAst } from '../../2-shape/ast.ts'
import type { CheckContext, Rule } from '../context.ts'
import { alwaysEnds } from '../places.ts'

/** No step stands after one that always ends its block; told once a block. */
export const everyStepIsReached: Rule = (context) => {
  judge(context.ast.steps, context)
  judge(context.ast.finally, context)
  for (const { step } of context.places.all) for (const block of step.blocks) judge(block.steps, context)
}

function judge(steps: readonly StepAst[], { report }: CheckContext): void {
  const ending = steps.findIndex(alwaysEnds)
  const unreached = ending === -1 ? undefined : steps[ending + 1]
  const by = steps[ending]
  if (unreached === undefined || by === undefined) return
  report('RB314', unreached.keyAt, { by: by.part.kind, line: report.lineOf(by.keyAt) })
}
