// Breakers live in the memory of the worker whose calls they judge, so the worker tells them, by driver: targets are many.
import type { Metrics } from './create-metrics.ts'
import { wordsOf } from './closed-labels.ts'

/** Sets how many breakers each driver has in each state. A lane's name begins with its driver. */
export function tellBreakers(
  metrics: Metrics,
  drivers: readonly string[],
  lanes: readonly { readonly lane: string; readonly state: string }[],
): void {
  const count = (driver: string, state: string): number =>
    lanes.filter((each) => each.lane.startsWith(`${driver}/`) && each.state === state).length
  metrics.replace(
    'phix_breakers',
    drivers.flatMap((driver) =>
      wordsOf('state').map((state) => ({ labels: { driver, state }, value: count(driver, state) })),
    ),
  )
}
