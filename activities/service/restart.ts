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
      const stopped = await context.effect(() => restartOne(control, node, context.signal))
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

const START_LIMIT_MS = 5_000

/**
 * Stops and starts one node.
 * Invariant: a cancel that comes between the two still starts it; a node is never left down by a restart.
 */
async function restartOne(control: ServiceControl, node: Node, signal: AbortSignal): Promise<{ forced: boolean }> {
  const before = await control.status(node)
  try {
    return await control.stop(node, signal)
  } finally {
    const isDown = before.running && !(await control.status(node)).running
    // A stop that was called off while the process was still ending has done its work a moment later; the next
    // attempt finds that out. Only what is down now is started here.
    if (isDown || !signal.aborted) await control.start(node, AbortSignal.timeout(START_LIMIT_MS))
  }
}
