import { closed, CONDITION, STEPS, STEPS_OR_NONE, VALUES } from '../../../schema/literals.ts'
import { fieldsOf } from '../fields.ts'
import { block, type StepShape } from '../step-shape.ts'

export const switchStep: StepShape = {
  key: 'switch',
  summary: 'Runs the first case whose condition holds, else `else`.',
  properties: {
    switch: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: closed({ when: CONDITION, do: STEPS }, ['when', 'do']),
      'x-says': 'a list of cases, each with `when` and `do`',
    },
    else: STEPS_OR_NONE,
    outputs: VALUES,
  },
  shape: (fields, shapeSteps) => {
    const cases = fields.tree('switch')
    const items = cases?.kind === 'list' ? cases.items : []
    return {
      part: { kind: 'switch', outputs: fields.values('outputs') },
      blocks: [
        ...items.flatMap((item, index) => {
          if (item.kind !== 'map') return []
          const inside = fieldsOf(item, fields.report)
          const steps = shapeSteps(inside.tree('do'), `case-${index + 1}`)
          return [block('case', steps, { when: inside.expression('when') })]
        }),
        block('otherwise', shapeSteps(fields.tree('else'), 'else')),
      ],
    }
  },
}
