import type { Node } from '../../src/inventory/inventory.ts'
import type { ServiceControl } from '../../src/inventory/service-control.ts'
import { requireMembers } from '../controls/find-members.ts'
import { unavailable } from '../wrapping/action-failure.ts'
import { action } from '../wrapping/action.ts'
import { serviceRestart } from './manifest.ts'
import { namesOf, readRunning, type ServiceInput } from './read-running.ts'

/** Restarts one node after the other, so that a service never loses all of them at once. */
export const restart = action<ServiceInput>({
  manifest: serviceRestart,
  async run({ target, nodes: only }, context) {
    const members = requireMembers(context, target, only)
    const control = context.control(members.service)
    const changed: string[] = []
    let forced = 0
    for (const node of members.nodes) {
      context.say(`restarting ${node.name}`)
      const stopped = await context.effect(() => restartOne(control, node))
      if (stopped.forced) forced += 1
      changed.push(node.name)
    }
    const nodes = await readRunning(members, context)
    const down = nodes.filter(({ running }) => !running).map(({ node }) => node)
    if (down.length > 0)
      throw unavailable(`the process of ${down.join(', ')} ended right after its start; read its log`)
    return {
      target: members.name,
      service: members.service.name,
      changed,
      forced,
      nodes: nodes.map((each) => ({ ...each })),
    }
  },
  async would({ target, nodes: only }, context) {
    const members = requireMembers(context, target, only)
    return `restart ${members.service.name} on ${namesOf(members)}`
  },
})

/** Longer than any grace that an inventory gives a process to end. */
const FINISH_LIMIT_MS = 120_000

/**
 * Stops and starts one node.
 * Invariant: once it was asked to end it is started again, also when the attempt is called off meanwhile: a cancelled
 * restart leaves no node down. Whoever comes next for this node waits its turn (the control takes one at a time).
 */
async function restartOne(control: ServiceControl, node: Node): Promise<{ readonly forced: boolean }> {
  const { forced } = await control.stop(node, AbortSignal.timeout(FINISH_LIMIT_MS))
  await control.start(node, AbortSignal.timeout(FINISH_LIMIT_MS))
  return { forced }
}
