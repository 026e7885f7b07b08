// JSON Schema at the edges, by ajv; the only place that knows it. Workflow code has an interpreting validator instead.
import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import type { JsonSchema } from '../plan/manifest.ts'

export interface Problem {
  /** JSON Pointer into the value; '' is the value itself. */
  readonly path: string
  /** What is wrong, without a subject: `must be integer`. */
  readonly message: string
}

const ajv = new Ajv({ allErrors: true, strict: false, ownProperties: true })
// ajv-formats is CommonJS: its types name the module, its value is the function.
;(addFormats as unknown as (target: Ajv) => void)(ajv)
ajv.addFormat('duration-ms', { type: 'number', validate: (value: number) => Number.isSafeInteger(value) && value >= 0 })

/** Compiles a schema; the validator answers every problem of a value, an empty list where it fits. */
export function createValidator(schema: JsonSchema): (value: unknown) => readonly Problem[] {
  const validate = ajv.compile(schema)
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(toProblem))
}

function toProblem(error: ErrorObject): Problem {
  const message = error.message ?? 'does not fit'
  switch (error.keyword) {
    case 'additionalProperties':
      return { path: error.instancePath, message: `has an unknown key \`${error.params['additionalProperty']}\`` }
    case 'enum':
      return {
        path: error.instancePath,
        message: `must be one of ${(error.params['allowedValues'] as unknown[]).join(', ')}`,
      }
    default:
      return { path: error.instancePath, message }
  }
}
