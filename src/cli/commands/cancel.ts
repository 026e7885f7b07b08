// `phix cancel`: ends a run from outside; it takes back what it did.
import { createSayVerb } from '../say-verb.ts'

export const cancel = createSayVerb({
  verb: 'cancel',
  summary: 'End a run; it takes back what it did.',
  examples: [['phix cancel node-drain/node-2 --why "wrong node"', 'the reason is kept']],
  effect: 'the run stops, takes back what it did, and ends as `cancelled`',
  needsWhy: true,
  value: 'none',
  ofGate: false,
})
