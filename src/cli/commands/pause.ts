// `phix pause`: holds a run before its next step; what is under way goes on to its end.
import { createSayVerb } from '../say-verb.ts'

export const pause = createSayVerb({
  verb: 'pause',
  summary: 'Hold a run before its next step.',
  examples: [['phix pause node-drain/node-2 --for 30m --why "let me look"', 'it goes on by itself then']],
  effect: 'the run begins no further step until `phix resume`, or until its time is over',
  needsWhy: true,
  value: 'none',
  ofGate: false,
  takesTime: true,
})
