// The words that manifests' schemas are written in. Pure data: the catalogue is read without any driver's code.
// A length of time is an integer of milliseconds with format `duration-ms`: the compiler turns `500ms` into 500.
import type { Json } from '../../src/plan/json.ts'
import type { JsonSchema } from '../../src/plan/manifest.ts'

type Extra = Readonly<Record<string, Json>>

/** Longest name of a target, group or mode that an action accepts. */
const NAME_LENGTH = 253

export const text = (description: string, extra: Extra = {}): JsonSchema => ({ type: 'string', description, ...extra })
export const bool = (description: string, extra: Extra = {}): JsonSchema => ({ type: 'boolean', description, ...extra })
export const int = (description: string, extra: Extra = {}): JsonSchema => ({ type: 'integer', description, ...extra })
export const number = (description: string, extra: Extra = {}): JsonSchema => ({
  type: 'number',
  description,
  ...extra,
})
export const durationMs = (description: string, extra: Extra = {}): JsonSchema => ({
  type: 'integer',
  format: 'duration-ms',
  minimum: 0,
  description,
  ...extra,
})
export const list = (items: JsonSchema, description: string, extra: Extra = {}): JsonSchema => ({
  type: 'array',
  items,
  description,
  ...extra,
})

/** A name of the inventory. Whether it names anything is decided by the inventory alone, never by its spelling. */
export const target = (description: string): JsonSchema => text(description, { minLength: 1, maxLength: NAME_LENGTH })
export const targets = (description: string): JsonSchema =>
  list(target('name in the inventory'), description, { maxItems: 1000 })

/** An object that has these properties and no other; `optional` ones may be missing. */
export const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties),
  properties: { ...properties, ...optional },
  additionalProperties: false,
})

/** Any JSON object: what a target's own format decides. */
export const anyObject = (description: string): JsonSchema => ({ type: 'object', description })
