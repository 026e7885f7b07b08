import { TEXT, VALUES } from '../../../schema/literals.ts'
import type { StepShape } from '../step-shape.ts'

export const act: StepShape = {
  key: 'uses',
  summary: 'Runs one action of the catalogue.',
  properties: { uses: { ...TEXT, 'x-says': 'the name of an action, such as `node.probe`' }, with: VALUES },
  shape: (fields) => ({ part: { kind: 'act', action: fields.named('uses'), with: fields.values('with') } }),
}
