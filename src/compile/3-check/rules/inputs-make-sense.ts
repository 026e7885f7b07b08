import { compilePattern } from '../../../expressions/environment.ts'
import type { JsonObject } from '../../../plan/json.ts'
import { findIssues } from '../../../schema/find-issues.ts'
import { entryOf, valueOf } from '../../1-read/tree.ts'
import type { Rule } from '../context.ts'

/** Patterns are RE2, limits do not exclude each other, an enum lists its values, and a default is one of those that fit. */
export const inputsMakeSense: Rule = ({ ast, report }) => {
  for (const { spec, entry, broken } of ast.inputs) {
    if (broken || entry.value.kind !== 'map') continue
    const map = entry.value
    const schema = spec.schema as JsonObject
    const pattern = valueOf(map, 'pattern')
    if (pattern?.kind === 'scalar' && typeof pattern.value === 'string') {
      const why = patternProblem(pattern.value)
      if (why !== null) {
        report('RB320', pattern.at, { why })
        continue
      }
    }
    if (spec.type === 'enum' && entryOf(map, 'values') === undefined)
      report('RB202', entry.keyAt, { key: 'values', where: `the input \`${spec.name}\`` }, 'list what is allowed')
    for (const [low, high] of [
      ['min', 'max'],
      ['minLength', 'maxLength'],
      ['minItems', 'maxItems'],
    ] as const) {
      const [from, to] = [schema[JSON_NAMES[low]], schema[JSON_NAMES[high]]]
      if (typeof from === 'number' && typeof to === 'number' && from > to && entryOf(map, low) !== undefined)
        report('RB403', entryOf(map, low)?.keyAt ?? entry.keyAt, { key: low, low: from, other: high, high: to })
    }
    const written = valueOf(map, 'default')
    const issue = written === undefined || spec.default === null ? undefined : findIssues(schema, spec.default)[0]
    if (written !== undefined && issue !== undefined)
      report('RB326', written.at, { why: `it must be ${issue.expected}` })
  }
}

const JSON_NAMES = {
  min: 'minimum',
  max: 'maximum',
  minLength: 'minLength',
  maxLength: 'maxLength',
  minItems: 'minItems',
  maxItems: 'maxItems',
} as const

function patternProblem(pattern: string): string | null {
  try {
    compilePattern(pattern)
    // The schema of the input is read by ECMAScript's engine too, with Unicode.
    new RegExp(pattern, 'u')
    return null
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, '')
  }
}
