// Judges a map of values against a JSON Schema: literals wholly, expressions by their type.
import type { Json, JsonObject } from '../../plan/json.ts'
import type { JsonSchema } from '../../plan/manifest.ts'
import type { ExpressionType } from '../../expressions/check.ts'
import { findIssues } from '../../schema/find-issues.ts'
import { describe, type Span } from '../1-read/tree.ts'
import type { ValueAst, ValueEntry } from '../2-shape/ast.ts'
import { amountOf, durationMs, sizeBytes } from '../2-shape/literals.ts'
import { firstOf, reportIssues } from '../2-shape/report-issues.ts'
import { closestName, didYouMean } from '../did-you-mean.ts'
import type { Report } from '../report.ts'
import { TYPE_SAYS } from './judge-expression.ts'

export interface Judged {
  readonly schema: JsonSchema
  /** What the map is called: `` `with` of `node.probe` ``. */
  readonly where: string
  /** What is pointed at when an argument is missing. */
  readonly at: Span
  readonly report: Report
  /** The type of an expression; null where it has been told that it is wrong. */
  typeOf(value: ValueAst & { readonly kind: 'cel' }): ExpressionType | null
}

/** Judges arguments. Fails: RB201–RB204, RB305. */
export function judgeArguments(entries: readonly ValueEntry[], judged: Judged): void {
  const { schema, where, at, report } = judged
  const properties = (schema['properties'] ?? {}) as JsonObject
  const isOpen = schema['additionalProperties'] !== undefined && schema['additionalProperties'] !== false
  for (const { key, keyAt, value } of entries) {
    const property = properties[key] as JsonSchema | undefined
    const meant = property === undefined && !isOpen ? closestName(key, Object.keys(properties)) : null
    if (property !== undefined) judgeValue(value, property, key, keyAt, judged)
    else if (!isOpen) {
      const candidates = Object.keys(properties)
      const known =
        candidates.length === 0 ? 'it takes none' : `known: ${candidates.map((each) => `\`${each}\``).join(', ')}`
      report('RB201', keyAt, { key, where }, didYouMean(key, candidates) ?? known)
      // A mistyped argument is judged as the one that was meant.
      if (meant !== null && !entries.some((entry) => entry.key === meant))
        judgeValue(value, properties[meant] as JsonSchema, meant, keyAt, judged)
    }
  }
  // A mistyped argument has been told as such; that the right one is missing is the same mistake.
  const isMistyped = (key: string): boolean =>
    entries.some((entry) => !Object.hasOwn(properties, entry.key) && closestName(entry.key, [key]) !== null)
  for (const key of (schema['required'] ?? []) as readonly string[])
    if (!entries.some((entry) => entry.key === key) && !isMistyped(key))
      report('RB202', at, { key, where }, `add \`with: { ${key}: … }\``)
}

function judgeValue(value: ValueAst, schema: JsonSchema, key: string, keyAt: Span, judged: Judged): void {
  const { report } = judged
  switch (value.kind) {
    case 'lit': {
      const issues = findIssues(schema, coerce(value.value, schema))
      const tree = { kind: 'map' as const, entries: [{ key, keyAt, value: value.tree }], at: keyAt }
      reportIssues(
        issues.map((issue) => ({
          ...issue,
          path: [key, ...issue.path],
          key: issue.path.length === 0 && issue.kind !== 'missing' && issue.kind !== 'unknown' ? key : issue.key,
        })),
        tree,
        judged.where,
        firstOf(tree),
        report,
      )
      return
    }
    case 'cel': {
      const type = judged.typeOf(value)
      const wanted = typesOf(schema)
      if (type === null || type === 'unknown' || wanted.length === 0 || wanted.includes(type)) return
      const expected = wanted.map((each) => TYPE_SAYS[each]).join(' or ')
      report('RB305', value.tree.at, { where: `\`${key}\``, expected, found: TYPE_SAYS[type] })
      return
    }
    case 'text': {
      const wanted = typesOf(schema)
      if (wanted.length > 0 && !wanted.includes('string'))
        report('RB203', value.tree.at, {
          key,
          expected: wanted.map((each) => TYPE_SAYS[each]).join(' or '),
          found: describe(value.tree),
        })
      return
    }
    case 'list': {
      if (reportOther(value, schema, 'list', key, report)) return
      const items = schema['items'] as JsonSchema | undefined
      if (items !== undefined) for (const item of value.items) judgeValue(item, items, key, item.tree.at, judged)
      return
    }
    case 'map':
      if (reportOther(value, schema, 'map', key, report)) return
      if (schema['properties'] !== undefined)
        judgeArguments(value.entries, { ...judged, schema, where: `\`${key}\``, at: keyAt })
  }
}

function reportOther(value: ValueAst, schema: JsonSchema, type: 'list' | 'map', key: string, report: Report): boolean {
  const wanted = typesOf(schema)
  if (wanted.length === 0 || wanted.includes(type)) return false
  report('RB203', value.tree.at, {
    key,
    expected: wanted.map((each) => TYPE_SAYS[each]).join(' or '),
    found: `a ${type}`,
  })
  return true
}

const TYPES: Readonly<Record<string, ExpressionType>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'bool',
  array: 'list',
  object: 'map',
}

function typesOf(schema: JsonSchema): readonly ExpressionType[] {
  const types = [schema['type'] ?? []].flat() as readonly string[]
  if (types.includes('null')) return []
  return types.map((type) => TYPES[type] ?? 'unknown')
}

/** A schema that names its unit takes amounts of that unit only. */
function amountIn(text: string, schema: JsonSchema): number | null {
  if (schema['format'] === 'duration-ms') return durationMs(text)
  if (schema['format'] === 'byte-size') return sizeBytes(text)
  return amountOf(text)
}

/** `500ms`, `20%` and `64KiB` as the number that the schema asks for; anything else as it is. */
export function coerce(value: Json, schema: JsonSchema): Json {
  const types = [schema['type'] ?? []].flat()
  if (typeof value === 'string') {
    const wantsNumber = types.includes('integer') || types.includes('number')
    return wantsNumber && !types.includes('string') ? (amountIn(value, schema) ?? value) : value
  }
  if (Array.isArray(value)) {
    const items = schema['items'] as JsonSchema | undefined
    return items === undefined ? value : (value as readonly Json[]).map((item) => coerce(item, items))
  }
  if (typeof value !== 'object' || value === null) return value
  const properties = (schema['properties'] ?? {}) as JsonObject
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, coerce(item, (properties[key] ?? {}) as JsonSchema)]),
  )
}
