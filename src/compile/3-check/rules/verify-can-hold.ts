import { describe, valueOf } from '../../1-read/tree.ts'
import type { Rule } from '../context.ts'

/** The window in which the conditions must hold without a break ends inside `within`. */
export const verifyCanHold: Rule = ({ ast: { verify }, report }) => {
  if (verify === null || verify.stableMs <= verify.withinMs) return
  const stable = valueOf(verify.tree, 'stable')
  const within = valueOf(verify.tree, 'within')
  const words = {
    stable: stable === undefined ? `\`${verify.stableMs}ms\`, its default` : describe(stable),
    within: within === undefined ? `\`${verify.withinMs}ms\`, its default` : describe(within),
  }
  report('RB334', (stable ?? within ?? verify.tree).at, words)
}
