import { didYouMean } from '../../did-you-mean.ts'
import type { Rule } from '../context.ts'

/** A run that a trigger starts has its required inputs, and gets none that is not declared. */
export const triggersBind: Rule = ({ ast, report }) => {
  const names = ast.inputs.map(({ spec }) => spec.name)
  if (!ast.knowsInputs) return
  for (const { bind, broken, keyAt, told } of ast.triggers) {
    if (broken) continue
    for (const { key, keyAt: at } of bind)
      if (!names.includes(key)) report('RB324', at, { name: key }, didYouMean(key, names))
    if (told.has('bind') && bind.length === 0) continue
    for (const { spec, broken: isBroken } of ast.inputs)
      if (!isBroken && spec.required && spec.default === null && !bind.some(({ key }) => key === spec.name))
        report('RB323', keyAt, { name: spec.name }, `add \`bind: { ${spec.name}: … }\`, or give the input a default`)
  }
}
