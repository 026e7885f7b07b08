import { TEXT, TEXT_OR_TEXTS } from '../../../schema/literals.ts'
import { textValue, type StepShape } from '../step-shape.ts'

export const notify: StepShape = {
  key: 'notify',
  summary: 'Tells people or groups of the inventory something.',
  properties: { notify: TEXT_OR_TEXTS, message: TEXT },
  required: ['message'],
  shape: (fields) => ({
    part: { kind: 'notify', to: fields.texts('notify'), message: fields.value('message') ?? textValue('', fields) },
  }),
}
