// The inputs of a runbook: types and limits → the JSON Schema that a run's inputs are held against.
import type { Json, JsonObject } from '../../plan/json.ts'
import type { InputType } from '../../plan/plan.ts'
import { INPUT_TYPES } from '../../schema/runbook.ts'
import { entryOf, toJson, type Entry, type Tree } from '../1-read/tree.ts'
import type { Report } from '../report.ts'
import type { InputAst } from './ast.ts'
import { fieldsOf, type Fields } from './fields.ts'
import { durationMs } from './literals.ts'

export const shapeInputs = (
  tree: Tree | undefined,
  brokenNames: ReadonlySet<string>,
  report: Report,
): readonly InputAst[] =>
  tree?.kind === 'map' ? tree.entries.map((entry) => shapeInput(entry, brokenNames.has(entry.key), report)) : []

function shapeInput(entry: Entry, broken: boolean, report: Report): InputAst {
  const fields = fieldsOf(
    entry.value.kind === 'map' ? entry.value : { kind: 'map', entries: [], at: entry.keyAt },
    report,
  )
  const type: InputType = fields.choice('type', INPUT_TYPES) ?? 'string'
  const written = entryOf(fields.map, 'default')
  const fallback = written === undefined ? null : amount(type, toJson(written.value))
  return {
    entry,
    broken,
    spec: {
      name: entry.key,
      type,
      summary: fields.text('summary'),
      required: fields.has('required') ? fields.bool('required') : written === undefined,
      default: fallback,
      schema: inputSchema(type, fields),
    },
  }
}

/** A default as the run sees it: `5m` of a duration is 300000. */
const amount = (type: InputType, value: Json): Json =>
  type === 'duration' && typeof value === 'string' ? (durationMs(value) ?? value) : value

const TARGET_NAME = '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$'

const BASE: Readonly<Record<InputType, JsonObject>> = {
  string: { type: 'string', maxLength: 4096 },
  int: { type: 'integer' },
  number: { type: 'number' },
  bool: { type: 'boolean' },
  duration: { type: 'integer', minimum: 0 },
  enum: { type: 'string' },
  node: { type: 'string', pattern: TARGET_NAME },
  service: { type: 'string', pattern: TARGET_NAME },
  cluster: { type: 'string', pattern: TARGET_NAME },
  list: { type: 'array', maxItems: 1000 },
  map: { type: 'object' },
}

function inputSchema(type: InputType, fields: Fields): JsonObject {
  const limit = (key: string): number | null => (type === 'duration' ? fields.ms(key) : null) ?? fields.number(key)
  const items = fields.choice('items', INPUT_TYPES)
  const optional: Readonly<Record<string, Json | null>> = {
    enum: fields.has('values') ? fields.texts('values') : null,
    pattern: fields.text('pattern'),
    minLength: fields.number('minLength'),
    maxLength: fields.number('maxLength'),
    minimum: limit('min'),
    maximum: limit('max'),
    minItems: fields.number('minItems'),
    maxItems: fields.number('maxItems'),
    items: items === null ? null : BASE[items],
  }
  const set = Object.entries(optional).filter(([, value]) => value !== null)
  return { ...BASE[type], ...(Object.fromEntries(set) as JsonObject) }
}
