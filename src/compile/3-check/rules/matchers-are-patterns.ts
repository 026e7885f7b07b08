import { problemOfMatcher } from '../../../expressions/match-label.ts'
import { isText, valueOf } from '../../1-read/tree.ts'
import type { Rule } from '../context.ts'

/** A matcher of an alert that begins with `~` is a pattern that RE2 can read. */
export const matchersArePatterns: Rule = ({ ast, report }) => {
  for (const { kind, tree, broken } of ast.triggers) {
    if (broken || kind !== 'alert') continue
    const labels = valueOf(tree, 'alert')
    if (labels?.kind !== 'map') continue
    for (const { value } of labels.entries) {
      const why = isText(value) ? problemOfMatcher(value.value) : null
      if (why !== null) report('RB320', value.at, { why })
    }
  }
}
