// The small literals of every YAML file Phix reads, as JSON Schemas. `x-says` is what a person is told is expected.
import type { JsonSchema } from '../plan/manifest.ts'

export const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$'
export const PERCENT_PATTERN = '^[0-9]+(\\.[0-9]+)?%$'
export const SIZE_PATTERN = '^[0-9]+(\\.[0-9]+)?(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$'

const ID_PATTERN = '^[a-zA-Z][a-zA-Z0-9_]{0,62}$'

export const TEXT: JsonSchema = { type: 'string', minLength: 1, 'x-says': 'a text' }
export const TEXTS: JsonSchema = { type: 'array', minItems: 1, items: TEXT, 'x-says': 'a list of texts' }
/** One text or several. */
export const TEXT_OR_TEXTS: JsonSchema = {
  type: ['string', 'array'],
  minLength: 1,
  minItems: 1,
  items: TEXT,
  'x-says': 'a text or a list of texts',
}
export const BOOL: JsonSchema = { type: 'boolean', 'x-says': '`true` or `false`' }
export const TRUE: JsonSchema = { const: true, 'x-says': '`true`' }
export const DURATION: JsonSchema = {
  type: 'string',
  pattern: DURATION_PATTERN,
  'x-says': 'a duration such as `500ms`, `30s` or `1h30m`',
}
export const RATIO: JsonSchema = {
  type: ['string', 'number'],
  pattern: PERCENT_PATTERN,
  minimum: 0,
  maximum: 1,
  'x-says': 'a share such as `20%` or `0.2`',
}
export const ID: JsonSchema = {
  type: 'string',
  pattern: ID_PATTERN,
  'x-says': 'a name of letters, digits and `_`, such as `restart_node`',
}
/** A bare expression: what it may name and what type it must have is checked later, at its own column. */
export const CONDITION: JsonSchema = {
  type: ['string', 'boolean'],
  minLength: 1,
  'x-says': 'a condition such as `steps.probe.ok`',
}
export const EXPRESSION: JsonSchema = { type: 'string', minLength: 1, 'x-says': 'an expression such as `item.name`' }
/** Anything, with or without `${{ }}`. */
export const VALUE: JsonSchema = {}
export const VALUES: JsonSchema = { type: 'object', 'x-says': 'a map of names and values' }
export const STEPS: JsonSchema = { type: 'array', minItems: 1, 'x-says': 'a list of steps', 'x-steps': true }
export const STEPS_OR_NONE: JsonSchema = { type: 'array', 'x-says': 'a list of steps', 'x-steps': true }
export const count = (minimum: number, maximum: number): JsonSchema => ({
  type: 'integer',
  minimum,
  maximum,
  'x-says': `a whole number from ${minimum} to ${maximum}`,
})
export const oneOf = (...values: readonly string[]): JsonSchema => ({
  enum: values,
  'x-says': `one of ${values.map((value) => `\`${value}\``).join(', ')}`,
})
/** A map with these keys and no others. */
export const closed = (
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false, 'x-says': 'a map' })
