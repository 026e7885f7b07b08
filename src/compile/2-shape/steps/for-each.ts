import { count, EXPRESSION, oneOf, STEPS, VALUES } from '../../../schema/literals.ts'
import { block, textValue, type StepShape } from '../step-shape.ts'
import { MAX_FAILURES, maxFailuresFrom, MODE, modeFrom } from './parallel.ts'

export const forEach: StepShape = {
  key: 'forEach',
  summary: 'Runs steps once for each item of a list, some at a time.',
  properties: {
    forEach: { type: ['string', 'array'], 'x-says': 'a list, or an expression that is one' },
    do: STEPS,
    key: EXPRESSION,
    concurrency: count(1, 100),
    ramp: oneOf('none', 'exponential'),
    mode: MODE,
    maxFailures: MAX_FAILURES,
    outputs: VALUES,
  },
  required: ['do'],
  shape: (fields, shapeSteps) => ({
    part: {
      kind: 'forEach',
      in: fields.value('forEach') ?? textValue('', fields),
      key: fields.expression('key'),
      concurrency: fields.number('concurrency') ?? 1,
      ramp: fields.choice('ramp', ['none', 'exponential']) ?? 'none',
      mode: modeFrom(fields),
      maxFailures: maxFailuresFrom(fields),
      outputs: fields.values('outputs'),
    },
    blocks: [block('steps', shapeSteps(fields.tree('do'), ''))],
  }),
}
