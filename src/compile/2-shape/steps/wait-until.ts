import { CONDITION, DURATION, TEXT, VALUES } from '../../../schema/literals.ts'
import type { StepShape } from '../step-shape.ts'

const DEFAULT_EVERY_MS = 1_000

export const waitUntil: StepShape = {
  key: 'waitUntil',
  summary: 'Polls a reading action until a condition over its `output` holds.',
  properties: {
    waitUntil: { ...TEXT, 'x-says': 'the name of a reading action, such as `node.probe`' },
    with: VALUES,
    until: CONDITION,
    every: DURATION,
  },
  required: ['until'],
  shape: (fields) => ({
    part: {
      kind: 'waitUntil',
      action: fields.named('waitUntil'),
      with: fields.values('with'),
      until: fields.expression('until'),
      everyMs: fields.ms('every') ?? DEFAULT_EVERY_MS,
    },
  }),
}
