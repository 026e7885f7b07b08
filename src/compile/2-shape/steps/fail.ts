import { TEXT } from '../../../schema/literals.ts'
import { textValue, type StepShape } from '../step-shape.ts'

export const fail: StepShape = {
  key: 'fail',
  summary: 'Fails its block with a code of your own, in kebab-case.',
  properties: {
    fail: { type: 'string', pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$', 'x-says': 'a code such as `no-leader`' },
    message: TEXT,
  },
  required: ['message'],
  shape: (fields) => ({
    part: { kind: 'fail', code: fields.text('fail') ?? '', message: fields.value('message') ?? textValue('', fields) },
  }),
}
