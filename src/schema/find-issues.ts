// JSON Schema → a list of what does not fit, as plain data, for people who wrote the value by hand. Schemas are compiled
// once. Positions are not known here; src/compile/2-shape/report-issues.ts finds them. For values that machines exchange:
// validator.ts.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { Json } from '../plan/json.ts'
import type { JsonSchema } from '../plan/manifest.ts'

export interface SchemaIssue {
  /** Where in the value: keys and indexes. For `unknown`, `missing` and `name` the map that has or lacks the key. */
  readonly path: readonly string[]
  readonly kind: 'unknown' | 'missing' | 'name' | 'type' | 'value'
  /** The key that is unknown, missing or no name; else the last of the path. */
  readonly key: string
  /** What would fit, in words. */
  readonly expected: string
  /** Names that would fit in this place. */
  readonly candidates: readonly string[]
}

const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  // Manifests may carry words of their own; their schemas are judged by the actions' own tests.
  strict: false,
  allowUnionTypes: true,
  ownProperties: true,
  // Most processes judge a few values with each schema: making the validators must be cheap. Checking the schemas
  // themselves and polishing the code made would be a tenth of the compile of a long runbook.
  validateSchema: false,
  code: { optimize: false },
})
// The package is CommonJS: under ESM its function is one level deeper.
const formats = addFormats as unknown as { default?: (ajv: Ajv) => void } & ((ajv: Ajv) => void)
;(formats.default ?? formats)(ajv)
// What a manifest says of a number's unit; the number itself is judged by its limits.
ajv.addFormat('duration-ms', true)
ajv.addFormat('byte-size', true)

const compiled = new WeakMap<JsonSchema, ValidateFunction>()

/** Lists what does not fit a schema: at most one issue for each place. */
export function findIssues(schema: JsonSchema, value: Json): readonly SchemaIssue[] {
  let validate = compiled.get(schema)
  if (validate === undefined) {
    validate = ajv.compile(schema)
    compiled.set(schema, validate)
  }
  if (validate(value)) return []
  const seen = new Set<string>()
  // What is wrong inside a name is told once, as an issue of the name.
  const errors = (validate.errors ?? []).filter(({ propertyName }) => propertyName === undefined)
  return errors.map(toIssue).filter((issue) => {
    const place = JSON.stringify([issue.path, issue.kind === 'type' || issue.kind === 'value' ? '' : issue.key])
    const isNew = !seen.has(place)
    seen.add(place)
    return isNew
  })
}

function toIssue(error: ErrorObject): SchemaIssue {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
  const schema = (error.parentSchema ?? {}) as JsonSchema
  const properties = Object.keys((schema['properties'] ?? {}) as JsonSchema)
  const base = { path, key: path.at(-1) ?? '', expected: says(error, schema), candidates: [] }
  switch (error.keyword) {
    case 'additionalProperties':
      return {
        ...base,
        kind: 'unknown',
        key: String(error.params['additionalProperty']),
        candidates: properties,
      }
    case 'propertyNames':
      return {
        ...base,
        kind: 'name',
        key: String(error.params['propertyName']),
        expected: says(error, (error.schema ?? {}) as JsonSchema),
      }
    case 'required':
      return { ...base, kind: 'missing', key: String(error.params['missingProperty']) }
    case 'type':
      return { ...base, kind: 'type' }
    case 'enum':
      return { ...base, kind: 'value', candidates: (error.params['allowedValues'] as readonly unknown[]).map(String) }
    default:
      return { ...base, kind: 'value' }
  }
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
}

function says(error: ErrorObject, schema: JsonSchema): string {
  const own = schema['x-says']
  if (typeof own === 'string') return error.keyword === 'minItems' ? `${own}, ${error.params['limit']} at least` : own
  const { params } = error
  switch (error.keyword) {
    case 'type':
      if (schema['format'] === 'duration-ms') return 'a duration such as `500ms` or `30s`'
      return [params['type']]
        .flat()
        .map((type) => NAMES[String(type)] ?? String(type))
        .join(' or ')
    case 'enum':
      return `one of ${(params['allowedValues'] as readonly unknown[]).map((each) => `\`${String(each)}\``).join(', ')}`
    case 'minimum':
      return `at least ${params['limit']}`
    case 'maximum':
      return `at most ${params['limit']}`
    case 'minLength':
      return params['limit'] === 1 ? 'not empty' : `at least ${params['limit']} characters long`
    case 'maxLength':
      return `at most ${params['limit']} characters long`
    case 'minItems':
      return params['limit'] === 1 ? 'a list of at least one item' : `a list of at least ${params['limit']} items`
    case 'maxItems':
      return `a list of at most ${params['limit']} items`
    case 'pattern':
      return `a text that matches \`${params['pattern']}\``
    default:
      return error.message ?? 'something else'
  }
}
