import { TEXT } from '../../../schema/literals.ts'
import type { StepShape } from '../step-shape.ts'

export const restore: StepShape = {
  key: 'restore',
  summary: 'Turns a degraded mode of the cluster off.',
  properties: { restore: TEXT },
  shape: (fields) => ({ part: { kind: 'restore', mode: fields.text('restore') ?? '' } }),
}
