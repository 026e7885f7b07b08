import { STEPS, VALUES } from '../../../schema/literals.ts'
import { block, type StepShape } from '../step-shape.ts'

export const doBlock: StepShape = {
  key: 'do',
  summary: 'Runs steps one after the other; mostly with an `if`.',
  properties: { do: STEPS, outputs: VALUES },
  shape: (fields, shapeSteps) => ({
    part: { kind: 'do', outputs: fields.values('outputs') },
    blocks: [block('steps', shapeSteps(fields.tree('do'), ''))],
  }),
}
