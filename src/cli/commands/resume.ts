// `phix resume`: lets a paused run go on, whoever paused it.
import { createSayVerb } from '../say-verb.ts'

export const resume = createSayVerb({
  verb: 'resume',
  summary: 'Let a paused run go on.',
  examples: [['phix resume node-drain/node-2', 'also one that a freeze holds']],
  effect: 'the run goes on with its next step',
  needsWhy: false,
  value: 'none',
  ofGate: false,
})
