import { closed, STEPS, STEPS_OR_NONE, TEXTS, VALUES } from '../../../schema/literals.ts'
import { fieldsOf } from '../fields.ts'
import { block, type StepShape } from '../step-shape.ts'

export const tryStep: StepShape = {
  key: 'try',
  summary: 'Runs steps; a failure goes to the first `catch` that takes its code; `finally` runs whatever happened.',
  properties: {
    try: STEPS,
    catch: {
      type: 'array',
      items: closed({ codes: TEXTS, do: STEPS_OR_NONE }, ['do']),
      'x-says': 'a list of handlers, each with `do` and, if it takes some failures only, `codes`',
    },
    finally: STEPS_OR_NONE,
    outputs: VALUES,
  },
  shape: (fields, shapeSteps) => {
    const catches = fields.tree('catch')
    const items = catches?.kind === 'list' ? catches.items : []
    return {
      part: { kind: 'try', outputs: fields.values('outputs') },
      blocks: [
        block('steps', shapeSteps(fields.tree('try'), 'try')),
        ...items.flatMap((item, index) => {
          if (item.kind !== 'map') return []
          const inside = fieldsOf(item, fields.report)
          const codes = inside.has('codes') ? inside.texts('codes') : null
          return [block('catch', shapeSteps(inside.tree('do'), `catch-${index + 1}`), { codes })]
        }),
        block('finally', shapeSteps(fields.tree('finally'), 'finally')),
      ],
    }
  },
}
