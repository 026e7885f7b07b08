// The runbook language as one JSON Schema (draft-07), for completion and first checks in editors. Made from the very schemas
// that the compiler uses, and from the catalogue; `phix check` knows more than it can say.
import type { Json, JsonObject } from '../plan/json.ts'
import type { ActionManifest, JsonSchema } from '../plan/manifest.ts'
import { DURATION_PATTERN, PERCENT_PATTERN, SIZE_PATTERN } from '../schema/literals.ts'
import { RUNBOOK, TRIGGERS } from '../schema/runbook.ts'
import { schemaOf } from './2-shape/shape-step.ts'
import { STEP_KINDS } from './2-shape/step-kinds.ts'
import type { StepShape } from './2-shape/step-shape.ts'

const EXPRESSION_TEXT: JsonSchema = { type: 'string', pattern: '\\$\\{\\{' }

/** Answers the schema of runbook files for these actions. */
export function editorSchema(catalogue: readonly ActionManifest[]): JsonObject {
  const actions = [...catalogue].sort((a, b) => (a.name < b.name ? -1 : 1))
  const runbook = forEditor(RUNBOOK) as JsonObject
  const properties = runbook['properties'] as JsonObject
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Phix runbook',
    ...runbook,
    properties: {
      ...properties,
      triggers: { type: 'array', items: { $ref: '#/definitions/trigger' }, description: 'What starts it.' },
    },
    definitions: {
      step: choice(STEP_KINDS.map(({ key }) => key)),
      trigger: choice(Object.keys(TRIGGERS)),
      ...Object.fromEntries(STEP_KINDS.map((kind) => [kind.key, stepDefinition(kind, actions)])),
      ...Object.fromEntries(Object.entries(TRIGGERS).map(([key, schema]) => [key, forEditor(schema)])),
      ...Object.fromEntries(actions.map((action) => [`with ${action.name}`, argumentsDefinition(action)])),
    },
  }
}

/** A map of the kind of the first of these keys that it has: an editor then complains about that kind only. */
const choice = (keys: readonly string[]): JsonObject => ({
  type: 'object',
  anyOf: keys.map((key) => ({ required: [key] })),
  allOf: keys.map((key, index) => {
    const before = keys.slice(0, index).map((other) => ({ required: [other] }))
    return {
      if: { required: [key], ...(before.length === 0 ? {} : { not: { anyOf: before } }) },
      then: { $ref: `#/definitions/${key}` },
    }
  }),
})

function stepDefinition(kind: StepShape, actions: readonly ActionManifest[]): JsonObject {
  const schema = forEditor(schemaOf(kind)) as JsonObject
  const described = { ...schema, description: kind.summary }
  if (kind.key !== 'uses' && kind.key !== 'waitUntil') return described
  const usable = actions.filter(({ effect }) => kind.key === 'uses' || effect === 'read')
  return {
    ...described,
    properties: {
      ...(schema['properties'] as JsonObject),
      [kind.key]: { type: 'string', enum: usable.map(({ name }) => name) },
    },
    allOf: usable.map(({ name, input }) => ({
      if: { properties: { [kind.key]: { const: name } } },
      then: {
        properties: { with: { $ref: `#/definitions/with ${name}` } },
        ...(((input['required'] ?? []) as readonly string[]).length > 0 ? { required: ['with'] } : {}),
      },
    })),
  }
}

const argumentsDefinition = ({ input, summary }: ActionManifest): JsonObject => ({
  ...(forEditor(input) as JsonObject),
  description: summary,
  properties: Object.fromEntries(
    Object.entries((input['properties'] ?? {}) as JsonObject).map(([name, schema]) => [
      name,
      argument(schema as JsonSchema),
    ]),
  ),
})

/** An argument is a value of its type, an amount where that is a number, or an expression. */
function argument(schema: JsonSchema): Json {
  const types = [schema['type'] ?? []].flat()
  const isNumber = types.includes('integer') || types.includes('number')
  const amount = { type: 'string', pattern: amountPattern(schema) }
  const { description, ...rest } = forEditor(schema) as JsonObject
  return {
    ...(description === undefined ? {} : { description }),
    anyOf: [rest, ...(isNumber ? [amount] : []), EXPRESSION_TEXT],
  }
}

function amountPattern(schema: JsonSchema): string {
  if (schema['format'] === 'duration-ms') return DURATION_PATTERN
  if (schema['format'] === 'byte-size') return SIZE_PATTERN
  return [DURATION_PATTERN, PERCENT_PATTERN, SIZE_PATTERN].join('|')
}

/** Our own words become those of draft-07; lists of steps become references. */
function forEditor(schema: Json): Json {
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(forEditor)
  if (typeof schema !== 'object' || schema === null) return schema
  const source = schema as JsonObject
  const says = source['x-says']
  const steps = source['x-steps'] === true ? { items: { $ref: '#/definitions/step' } } : {}
  const kept = Object.entries(source)
    .filter(([key]) => !key.startsWith('x-') && key !== 'format')
    .map(([key, value]) => [key, key === 'properties' ? eachProperty(value as JsonObject) : forEditor(value)])
  const described = typeof says === 'string' && source['description'] === undefined ? { description: says } : {}
  return { ...described, ...(Object.fromEntries(kept) as JsonObject), ...steps }
}

/** Names of properties are no words of the schema. */
const eachProperty = (properties: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, forEditor(schema)]))

/** Answers the text of `runbooks/runbook.schema.json`. */
export const editorSchemaText = (catalogue: readonly ActionManifest[]): string =>
  `${JSON.stringify(editorSchema(catalogue), null, 2)}\n`
