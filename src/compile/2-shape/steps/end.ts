import { oneOf, TEXT } from '../../../schema/literals.ts'
import type { StepShape } from '../step-shape.ts'

export const end: StepShape = {
  key: 'end',
  summary: 'Ends the whole run from any depth: `recovered` where nothing had to be done, else `verify` decides.',
  properties: { end: oneOf('recovered', 'effective'), message: TEXT },
  shape: (fields) => ({
    part: {
      kind: 'end',
      outcome: fields.choice('end', ['recovered', 'effective']) ?? 'effective',
      message: fields.value('message'),
    },
  }),
}
