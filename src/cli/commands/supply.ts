// `phix supply`: a person did the step and says what came of it.
import { createSayVerb } from '../say-verb.ts'

export const supply = createSayVerb({
  verb: 'supply',
  summary: 'Say what came of a step that you did by hand.',
  examples: [
    [`phix supply node-drain/node-2 --value '{"pid": 4711}'`, 'the output of the step'],
    ['phix supply node-drain/node-2 --value - < output.json', 'from a file'],
  ],
  effect: 'the run goes on as if the step had given this output',
  needsWhy: false,
  value: 'required',
  ofGate: true,
})
