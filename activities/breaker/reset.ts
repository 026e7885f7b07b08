import { requireTarget } from '../controls/find-members.ts'
import { action } from '../wrapping/action.ts'
import { breakerReset } from './manifest.ts'

/** Closes this worker's breakers of a target: who resets one has reason to believe that the next call succeeds. */
export const reset = action<{ readonly target: string }>({
  manifest: breakerReset,
  async run({ target: name }, context) {
    const target = requireTarget(context, name)
    const isMeant = (lane: string): boolean => lane.endsWith(`/${target.cluster.name}/${target.name}`)
    await context.effect(async () => context.lanes.reset(isMeant))
    return { target: target.name, breakers: context.lanes.report(isMeant).map((breaker) => ({ ...breaker })) }
  },
  async would({ target: name }, context) {
    return `close the breakers of ${requireTarget(context, name).name} in the worker that runs this`
  },
  // Its own lane must never be what keeps it from resetting.
  laneOf: () => 'breaker-reset',
})
