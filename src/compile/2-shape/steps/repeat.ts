import { CONDITION, count, DURATION, STEPS, VALUES } from '../../../schema/literals.ts'
import { block, type StepShape } from '../step-shape.ts'

export const repeat: StepShape = {
  key: 'repeat',
  summary: 'Runs steps until a condition holds, at most `max` times.',
  properties: { repeat: STEPS, until: CONDITION, max: count(1, 1_000), every: DURATION, outputs: VALUES },
  required: ['until'],
  shape: (fields, shapeSteps) => ({
    part: {
      kind: 'repeat',
      until: fields.expression('until'),
      maxIterations: fields.number('max'),
      everyMs: fields.ms('every') ?? 0,
      outputs: fields.values('outputs'),
    },
    blocks: [block('steps', shapeSteps(fields.tree('repeat'), ''))],
  }),
}
