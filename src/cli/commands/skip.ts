// `phix skip`: goes on without a failed step.
import { createSayVerb } from '../say-verb.ts'

export const skip = createSayVerb({
  verb: 'skip',
  summary: 'Go on without a parked run’s failed step.',
  examples: [['phix skip node-drain/node-2 --why "drained by hand"', 'the reason is kept']],
  effect: 'the run goes on; the step counts as skipped and has no output',
  needsWhy: true,
  value: 'none',
  ofGate: true,
})
