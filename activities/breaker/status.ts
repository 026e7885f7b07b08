import { requireTarget } from '../controls/find-members.ts'
import { action } from '../wrapping/action.ts'
import { breakerStatus } from './manifest.ts'

/** Tells the state of this worker's breakers of a target. */
export const status = action<{ readonly target: string }>({
  manifest: breakerStatus,
  async run({ target: name }, context) {
    const target = requireTarget(context, name)
    const isMeant = (lane: string): boolean => lane.endsWith(`/${target.cluster.name}/${target.name}`)
    return { target: target.name, breakers: context.lanes.report(isMeant).map((breaker) => ({ ...breaker })) }
  },
})
