import { requireMembers } from '../controls/find-members.ts'
import { action } from '../wrapping/action.ts'
import { serviceStop } from './manifest.ts'
import { namesOf, nodesToChange, readRunning, type ServiceInput } from './read-running.ts'

/**
 * Stops what runs.
 * Why it does not mark the nodes: a runbook that means them to stay down says so by `node.mark`, which is undone by itself.
 */
export const stop = action<ServiceInput>({
  manifest: serviceStop,
  async run({ target, nodes: only }, context) {
    const members = requireMembers(context, target, only)
    const control = context.control(members.service)
    const changed = await nodesToChange(members, true, context)
    for (const node of members.nodes) {
      if (!(await control.status(node)).running) continue
      context.say(`stopping ${node.name}`)
      await context.effect(() => control.stop(node, context.signal))
    }
    const nodes = await readRunning(members, context)
    return { target: members.name, service: members.service.name, changed, nodes: nodes.map((each) => ({ ...each })) }
  },
  async would({ target, nodes: only }, context) {
    const members = requireMembers(context, target, only)
    const up = (await readRunning(members, context)).filter(({ running }) => running)
    return up.length === 0
      ? `stop nothing: ${namesOf(members)} does not run`
      : `stop ${up.map(({ node }) => node).join(', ')}`
  },
})
