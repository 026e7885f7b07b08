import type { JsonSchema } from '../../../plan/manifest.ts'
import { count, ID, oneOf, PERCENT_PATTERN, STEPS, VALUES } from '../../../schema/literals.ts'
import type { Fields } from '../fields.ts'
import { block, type StepShape } from '../step-shape.ts'

export const MAX_FAILURES: JsonSchema = {
  type: ['integer', 'string'],
  minimum: 0,
  pattern: PERCENT_PATTERN,
  'x-says': 'a count such as `1`, or a share such as `20%`',
}
export const MODE: JsonSchema = oneOf('failFast', 'collect')

export const parallel: StepShape = {
  key: 'parallel',
  summary: 'Runs named branches side by side; a branch never sees its siblings.',
  properties: {
    parallel: {
      type: 'object',
      minProperties: 1,
      maxProperties: 50,
      propertyNames: ID,
      additionalProperties: STEPS,
      'x-says': 'a map of branches: a name and a list of steps each',
    },
    concurrency: count(1, 50),
    mode: MODE,
    maxFailures: MAX_FAILURES,
    outputs: VALUES,
  },
  shape: (fields, shapeSteps) => {
    const branches = fields.tree('parallel')
    return {
      part: {
        kind: 'parallel',
        concurrency: fields.number('concurrency'),
        mode: modeFrom(fields),
        maxFailures: maxFailuresFrom(fields),
        outputs: fields.values('outputs'),
      },
      blocks:
        branches?.kind === 'map'
          ? branches.entries.map(({ key, value }) => block('branch', shapeSteps(value, key), { name: key }))
          : [],
    }
  },
}

export const modeFrom = (fields: Fields): 'failFast' | 'collect' =>
  fields.choice('mode', ['failFast', 'collect']) ?? 'failFast'

/** A count, a share, or null: none is tolerated. */
export function maxFailuresFrom(fields: Fields): number | { readonly ratio: number } | null {
  const written = fields.number('maxFailures')
  if (written !== null) return written
  const ratio = fields.ratio('maxFailures')
  return ratio === null ? null : { ratio }
}
