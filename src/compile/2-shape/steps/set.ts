import { ID } from '../../../schema/literals.ts'
import type { StepShape } from '../step-shape.ts'

export const set: StepShape = {
  key: 'set',
  summary: 'Computes values that later steps read as `steps.<id>.output.<name>`.',
  properties: { set: { type: 'object', minProperties: 1, propertyNames: ID, 'x-says': 'a map of names and values' } },
  shape: (fields) => ({ part: { kind: 'set', values: fields.values('set') } }),
}
