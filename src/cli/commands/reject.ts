// `phix reject`: closes a gate; the run takes back what it did.
import { createSayVerb } from '../say-verb.ts'

export const reject = createSayVerb({
  verb: 'reject',
  summary: 'Say no at a gate; the run takes back what it did and ends.',
  examples: [['phix reject node-drain/node-2 --why "traffic peak"', 'the reason is kept']],
  effect: 'the run takes back what it did and ends as `rejected`',
  needsWhy: true,
  value: 'none',
  ofGate: true,
})
