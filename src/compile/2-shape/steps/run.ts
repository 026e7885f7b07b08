import { TEXT, VALUES } from '../../../schema/literals.ts'
import type { StepShape } from '../step-shape.ts'

export const run: StepShape = {
  key: 'run',
  summary: 'Runs another runbook as a child, with the lock of this one.',
  properties: { run: { ...TEXT, 'x-says': 'the name of a runbook' }, with: VALUES },
  shape: (fields) => ({ part: { kind: 'run', runbook: fields.named('run'), with: fields.values('with') } }),
}
