// What is wrong with a value that a person gave, held to a JSON Schema. Interpreted, never generated code: a workflow may not
// build functions.
import { Validator, type Schema } from '@cfworker/json-schema'
import type { Json } from '../src/plan/json.ts'

const SHOWN = 3

/** Answers a sentence's end that says what does not fit; null where everything does. */
export function misfitOf(value: Json, schema: Json): string | null {
  const { valid, errors } = new Validator(schema as Schema, '2020-12', false).validate(value)
  if (valid) return null
  const words = errors.map(
    ({ instanceLocation, error }) => `${instanceLocation.replace(/^#/, '') || 'the value'}: ${error}`,
  )
  return [...new Set(words)].slice(-SHOWN).join(' ')
}
