// `phix retry`: does a failed step again.
import { createSayVerb } from '../say-verb.ts'

export const retry = createSayVerb({
  verb: 'retry',
  summary: 'Do a parked run’s failed step again.',
  examples: [
    ['phix retry', 'the only run that waits'],
    [`phix retry node-drain/node-2 --value '{"node": "node-5"}'`, 'with other arguments'],
  ],
  effect: 'the step is done again, under a new idempotency key',
  needsWhy: false,
  value: 'optional',
  ofGate: true,
})
