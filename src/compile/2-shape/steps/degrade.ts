import { TEXT } from '../../../schema/literals.ts'
import { textValue, type StepShape } from '../step-shape.ts'

export const degrade: StepShape = {
  key: 'degrade',
  summary: 'Turns a degraded mode of the cluster on, until it is restored.',
  properties: { degrade: TEXT, reason: TEXT },
  required: ['reason'],
  shape: (fields) => ({
    part: {
      kind: 'degrade',
      mode: fields.text('degrade') ?? '',
      reason: fields.value('reason') ?? textValue('', fields),
    },
  }),
}
