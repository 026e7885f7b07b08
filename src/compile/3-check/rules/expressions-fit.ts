import { createChecker } from '../../../expressions/check.ts'
import type { Rule } from '../context.ts'
import { judgeRead } from '../judge-expression.ts'
import { expressionsIn, type Read } from '../reads.ts'
import { triggerRoots } from '../types-here.ts'

/** Every expression is well formed, names what is there, fits in its types, and every condition can go both ways. */
export const expressionsFit: Rule = (context) => {
  const { checker, reads } = context
  for (const read of reads) judgeRead(read, read.only === null ? checker : createChecker(read.only), context)
  for (const trigger of context.ast.triggers) {
    if (trigger.broken) continue
    const own = createChecker(triggerRoots(trigger.kind, trigger.rest['over'] === 'cluster' ? 'cluster' : null))
    const base: Omit<Read, 'expression' | 'wants' | 'where'> = {
      scope: null,
      order: 0,
      reader: null,
      guards: new Set(),
      more: {},
      only: {},
    }
    if (trigger.that !== null)
      judgeRead({ ...base, expression: trigger.that, wants: 'condition', where: '`condition`' }, own, context)
    if (trigger.when !== null)
      judgeRead({ ...base, expression: trigger.when, wants: 'condition', where: '`when`' }, own, context)
    for (const { value } of trigger.bind)
      for (const expression of expressionsIn(value))
        judgeRead({ ...base, expression, wants: 'any', where: '`bind`' }, own, context)
  }
}
