import { DURATION_PATTERN } from '../../../schema/literals.ts'
import { isText } from '../../1-read/tree.ts'
import { textValue, type StepShape } from '../step-shape.ts'

export const wait: StepShape = {
  key: 'wait',
  summary: 'Waits for a duration.',
  properties: {
    wait: {
      type: 'string',
      pattern: `${DURATION_PATTERN}|\\$\\{\\{`,
      'x-says': 'a duration such as `30s`, or an expression that is one',
    },
  },
  shape: (fields) => {
    const written = fields.value('wait') ?? textValue('', fields)
    const isLiteral = written.kind === 'lit' && isText(written.tree)
    const ms = isLiteral ? fields.ms('wait') : null
    return { part: { kind: 'wait', for: ms === null ? written : { ...written, kind: 'lit', value: ms } } }
  },
}
