import { setBackend } from '../controls/balancer.ts'
import type { ActionContext } from '../wrapping/action.ts'
import { markAs, type Replicas } from './bring-in.ts'

/** Takes the requests away first, says then what the node is meant to be, and stops it last: nobody heals it meanwhile. */
export async function takeOut({ cluster, service, balancer, nodes }: Replicas, context: ActionContext): Promise<void> {
  const control = context.control(service)
  for (const node of nodes) {
    context.say(`taking ${node.name} out`)
    await context.effect(() => setBackend(balancer, node, 'out', context.signal, context.call.idempotencyKey))
    await context.effect(() => markAs(node.spare ? 'spare' : 'stopped', cluster, node, context))
    await context.effect(() => control.stop(node, context.signal))
  }
}
