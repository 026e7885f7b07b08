import { requireMembers } from '../controls/find-members.ts'
import { action } from '../wrapping/action.ts'
import { serviceStatus } from './manifest.ts'
import { readRunning, type ServiceInput } from './read-running.ts'

/** Tells which processes of a service run. */
export const status = action<ServiceInput>({
  manifest: serviceStatus,
  async run({ target, nodes: only }, context) {
    const members = requireMembers(context, target, only)
    const nodes = await readRunning(members, context)
    return {
      target: members.name,
      service: members.service.name,
      running: nodes.every(({ running }) => running),
      nodes: nodes.map((each) => ({ ...each })),
    }
  },
})
