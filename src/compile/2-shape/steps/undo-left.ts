import { TRUE } from '../../../schema/literals.ts'
import type { StepShape } from '../step-shape.ts'

export const undoLeft: StepShape = {
  key: 'undoLeft',
  summary: 'Takes back what an earlier run left on this target, last first.',
  properties: { undoLeft: TRUE },
  shape: () => ({ part: { kind: 'undoLeft' } }),
}
