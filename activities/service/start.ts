import { requireMembers } from '../controls/find-members.ts'
import { unavailable } from '../wrapping/action-failure.ts'
import { action } from '../wrapping/action.ts'
import { serviceStart } from './manifest.ts'
import { namesOf, nodesToChange, readRunning, type ServiceInput } from './read-running.ts'

/** Starts what does not run; what runs is left alone. */
export const start = action<ServiceInput>({
  manifest: serviceStart,
  async run({ target, nodes: only }, context) {
    const members = requireMembers(context, target, only)
    const control = context.control(members.service)
    const changed = await nodesToChange(members, false, context)
    for (const node of members.nodes) {
      if ((await control.status(node)).running) continue
      context.say(`starting ${node.name}`)
      await context.effect(() => control.start(node, context.signal))
    }
    const nodes = await readRunning(members, context)
    const down = nodes.filter(({ running }) => !running).map(({ node }) => node)
    if (down.length > 0)
      throw unavailable(`the process of ${down.join(', ')} ended right after its start; read its log`)
    return { target: members.name, service: members.service.name, changed, nodes: nodes.map((each) => ({ ...each })) }
  },
  async would({ target, nodes: only }, context) {
    const members = requireMembers(context, target, only)
    const down = (await readRunning(members, context)).filter(({ running }) => !running)
    return down.length === 0
      ? `start nothing: ${namesOf(members)} runs already`
      : `start ${down.map(({ node }) => node).join(', ')}`
  },
})
