// `phix freeze`: from now on nothing starts, until its end or `phix thaw`.
import { declareClusters, sayToFleet, type FleetOptions } from '../say-to-fleet.ts'
import { duration } from '../program-options.ts'
import type { Verb } from '../verb.ts'

interface Options extends FleetOptions {
  readonly for: number
  readonly inFlight?: boolean
}

export const freeze: Verb<Options> = {
  name: 'freeze',
  summary: 'Let nothing start in a cluster for a while.',
  examples: [
    ['phix freeze --cluster ollama --for 1h --why "migration"', 'ends by itself'],
    ['phix freeze --all --for 15m --in-flight --why "what is going on?"', 'holds open runs, too'],
  ],
  declare: (command) =>
    declareClusters(command)
      .addOption(duration('--for <duration>', 'it ends by itself after this').makeOptionMandatory())
      .option('--in-flight', 'open runs are held before their next step, too'),
  run: (context, options) =>
    sayToFleet(context, options, 'freeze', (said) => ({
      ...said,
      kind: 'freeze',
      forMs: options.for,
      inFlight: options.inFlight === true,
    })),
}
