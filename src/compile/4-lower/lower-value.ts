// Values and expressions of the source → those of the plan: source text only, amounts as numbers.
import type { JsonObject } from '../../plan/json.ts'
import type { JsonSchema } from '../../plan/manifest.ts'
import type { Value, ValueMap } from '../../plan/plan.ts'
import type { ValueAst, ValueEntry } from '../2-shape/ast.ts'
import { coerce } from '../3-check/judge-arguments.ts'

const ANYTHING: JsonSchema = {}

/** Lowers a value; where a schema asks for a number, `500ms` and `20%` become one. */
export function lowerValue(value: ValueAst, schema: JsonSchema = ANYTHING): Value {
  switch (value.kind) {
    case 'lit':
      return { lit: coerce(value.value, schema) }
    case 'cel':
      return { cel: value.expression.source }
    case 'text':
      return { text: value.parts.map((part) => (typeof part === 'string' ? part : { cel: part.source })) }
    case 'list': {
      const items = schema['items'] as JsonSchema | undefined
      return { list: value.items.map((item) => lowerValue(item, items)) }
    }
    case 'map':
      return { map: lowerValues(value.entries, schema) }
  }
}

export function lowerValues(entries: readonly ValueEntry[], schema: JsonSchema = ANYTHING): ValueMap {
  const properties = (schema['properties'] ?? {}) as JsonObject
  return Object.fromEntries(
    entries.map(({ key, value }) => [key, lowerValue(value, properties[key] as JsonSchema | undefined)]),
  )
}
