// Which names exist at a place and what type they have: JSON Schemas for inputs, outputs and evidence.
import { ROOTS } from '../../plan/evidence.ts'
import type { JsonObject } from '../../plan/json.ts'
import type { JsonSchema } from '../../plan/manifest.ts'
import type { Roots } from '../../expressions/check.ts'
import type { StepAst, ValueEntry } from '../2-shape/ast.ts'
import type { CheckContext } from './context.ts'
import { outwards, type Scope } from './places.ts'

/** What types depend on. */
type Known = Pick<CheckContext, 'ast' | 'places' | 'catalogue'>

const UNKNOWN: JsonSchema = {}
const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties,
  additionalProperties: false,
})

const stepSchemas = new WeakMap<JsonSchema, JsonSchema>()

/** Steps with the same output have the same type, declared once. */
function stepSchemaOnce(output: JsonSchema, results: boolean): JsonSchema {
  const kept = stepSchemas.get(output)
  if (kept !== undefined) return kept
  const made = stepSchema(output, results)
  stepSchemas.set(output, made)
  return made
}

/** What a step's result looks like: `steps.X`. */
const stepSchema = (output: JsonSchema, results: boolean): JsonSchema =>
  object({
    status: { type: 'string' },
    ok: { type: 'boolean' },
    code: UNKNOWN,
    output,
    attempts: { type: 'integer' },
    ...(results ? { results: { type: 'array' } } : {}),
  })

/** Types of a step's output, by what the step does. */
export function outputSchema(step: StepAst, context: Known): JsonSchema {
  const { part } = step
  switch (part.kind) {
    case 'act':
    case 'waitUntil':
      return context.catalogue.get(part.action.name)?.output ?? UNKNOWN
    case 'set':
      return object(namesOf(part.values))
    case 'do':
    case 'switch':
    case 'repeat':
    case 'try':
      return object(namesOf(part.outputs))
    case 'parallel':
      return object({ ...namesOf(part.outputs), results: { type: 'array' } })
    case 'forEach':
      return object({ results: { type: 'array' } })
    case 'manual':
      return (part.output as JsonObject | null) ?? UNKNOWN
    case 'approve':
      return object({ by: { type: 'string' }, why: UNKNOWN })
    case 'run':
      return object({ outcome: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } })
    default:
      return UNKNOWN
  }
}

const namesOf = (entries: readonly ValueEntry[]): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(entries.map(({ key }) => [key, UNKNOWN]))

/** The roots that every step's expressions know. */
export function stepRoots(context: Known): Roots {
  const steps = [...context.places.byId].map(([id, { step }]): [string, JsonSchema] => [
    id,
    stepSchemaOnce(
      step.broken || ['set', 'outputs', 'manual'].some((key) => step.told.has(key))
        ? UNKNOWN
        : outputSchema(step, context),
      step.part.kind === 'forEach' || step.part.kind === 'parallel',
    ),
  ])
  // Signals are looked at while watching; a step has its own reads.
  const { alert, signals: _, ...always } = ROOTS
  const hasAlert = !context.ast.knowsTriggers || context.ast.triggers.some(({ kind }) => kind === 'alert')
  return {
    ...always,
    ...(hasAlert ? { alert } : {}),
    inputs: inputsSchema(context),
    steps: object(Object.fromEntries(steps)),
  }
}

const inputsSchema = (context: Known): JsonSchema =>
  !context.ast.knowsInputs
    ? UNKNOWN
    : object(
        Object.fromEntries(
          context.ast.inputs.map(({ spec, broken }) => [spec.name, broken ? UNKNOWN : (spec.schema as JsonObject)]),
        ),
      )

/** The roots of a trigger's `when`, `bind` and `condition`: there is no run yet. */
export function triggerRoots(kind: string, over: string | null): Roots {
  const { cluster, requests, signals, modes, now, target, alert } = ROOTS
  const always = { cluster, requests, signals, modes, now }
  if (kind === 'alert') return { ...always, alert }
  if (kind === 'schedule' || kind === 'every' || over === 'cluster') return always
  return { ...always, target }
}

const ITEM: Roots = { item: UNKNOWN, index: { type: 'integer' } }
const INDEX: Roots = { index: { type: 'integer' } }
const ERROR: Roots = {
  error: object({ code: { type: 'string' }, message: { type: 'string' }, step: { type: 'string' } }),
}

/** What a block adds for the steps inside: `item` and `index`, `error`. */
export function rootsAdded(scope: Scope): Roots {
  let key = ''
  for (const each of outwards(scope)) {
    const kind = each.owner?.step.part.kind
    if (kind === 'forEach' && !key.includes('item')) key += ' item'
    if (kind === 'repeat' && !key.includes('index')) key += ' index'
    if (each.role === 'catch' && !key.includes('error')) key += ' error'
  }
  // The checker keeps what it prepared for an object of roots: the same roots must be the same object.
  const kept = added.get(key)
  if (kept !== undefined) return kept
  const roots = {
    ...(key.includes('index') ? INDEX : {}),
    ...(key.includes('item') ? ITEM : {}),
    ...(key.includes('error') ? ERROR : {}),
  }
  added.set(key, roots)
  return roots
}
const added = new Map<string, Roots>()
export { ITEM as ITEM_ROOTS, INDEX as INDEX_ROOTS }
