import { toJson } from '../../1-read/tree.ts'
import { closed, DURATION, TEXT, TEXTS } from '../../../schema/literals.ts'
import { textValue, type StepShape } from '../step-shape.ts'

export const manual: StepShape = {
  key: 'manual',
  summary: 'A person does it and says so, with the output where one is asked for.',
  properties: {
    manual: closed(
      { text: TEXT, checklist: TEXTS, output: { type: 'object', 'x-says': 'a JSON Schema' }, deadline: DURATION },
      ['text'],
    ),
  },
  shape: (fields) => {
    const inside = fields.inside('manual')
    const output = inside?.tree('output')
    return {
      part: {
        kind: 'manual',
        text: inside?.value('text') ?? textValue('', fields),
        checklist: inside?.texts('checklist') ?? [],
        output: output === undefined ? null : toJson(output),
        deadlineMs: inside?.ms('deadline') ?? null,
      },
    }
  },
}
