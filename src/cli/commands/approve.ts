// `phix approve`: lets a gate pass.
import { createSayVerb } from '../say-verb.ts'

export const approve = createSayVerb({
  verb: 'approve',
  summary: 'Let a run pass the gate at which it waits.',
  examples: [
    ['phix approve', 'the only run that waits'],
    ['phix approve node-drain/node-2 --gate ok', 'one gate of several'],
    ['phix approve node-drain/node-2 --yes --why "seen in Grafana"', 'from a script'],
  ],
  effect: 'the run goes on with exactly what is shown',
  needsWhy: false,
  value: 'none',
  ofGate: true,
})
