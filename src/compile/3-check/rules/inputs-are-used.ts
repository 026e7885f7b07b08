import { isProblem, parseExpression } from '../../../expressions/check.ts'
import type { Expression } from '../../2-shape/ast.ts'
import type { Rule } from '../context.ts'

/** Warns of an input that no expression names. */
export const inputsAreUsed: Rule = ({ ast, places, reads, report }) => {
  // A broken step may well be the one that uses it.
  if (!ast.isWhole || places.all.some(({ step }) => step.broken || step.told.size > 0)) return
  const used = new Set(reads.flatMap(({ expression }) => inputsIn(expression)))
  if (used.has('*')) return
  for (const { spec, entry, broken } of ast.inputs)
    if (!broken && !used.has(spec.name)) report('RB321', entry.keyAt, { name: spec.name })
}

/** `*` where the whole map is read, or the expression cannot be read at all. */
function inputsIn({ source }: Expression): readonly string[] {
  const parsed = parseExpression(source)
  if (isProblem(parsed)) return ['*']
  return parsed.paths.filter(({ root }) => root === 'inputs').map(({ fields }) => fields[0]?.name ?? '*')
}
