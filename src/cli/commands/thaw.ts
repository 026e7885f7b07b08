// `phix thaw`: ends a freeze before its time; what it held is looked at again at once.
import { declareClusters, sayToFleet, type FleetOptions } from '../say-to-fleet.ts'
import type { Verb } from '../verb.ts'

export const thaw: Verb<FleetOptions> = {
  name: 'thaw',
  summary: 'End a freeze before its time.',
  examples: [['phix thaw --cluster ollama --why "migration done"', 'runs that it held go on']],
  declare: declareClusters,
  run: (context, options) => sayToFleet(context, options, 'thaw', (said) => ({ ...said, kind: 'thaw' })),
}
