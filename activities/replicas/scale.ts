import { requireBalancer, requireService } from '../controls/find-members.ts'
import { listBackends } from '../controls/balancer.ts'
import { rejected } from '../wrapping/action-failure.ts'
import { action } from '../wrapping/action.ts'
import { bringIn } from './bring-in.ts'
import { chooseReplicas, type ScaleInput } from './choose-replicas.ts'
import { replicasScale } from './manifest.ts'
import { takeOut } from './take-out.ts'

/**
 * Adds spares of the inventory to a service, or removes replicas, never beyond its limits.
 * Invariant: which nodes they are is decided once for all attempts, so that a repeat adds none twice.
 */
export const scale = action<ScaleInput>({
  manifest: replicasScale,
  async run(input, context) {
    if (input.nodes !== undefined && input.nodes.length !== Math.abs(input.by))
      throw rejected(`\`by\` is ${input.by}, but \`nodes\` names ${input.nodes.length}: name exactly as many`)
    const { service, cluster } = requireService(context, input.service)
    const balancer = requireBalancer(service)
    const chosen = (await context.chooseOnce('replicas', 'must', () =>
      chooseReplicas(input, cluster, service, context),
    )) as readonly string[]
    const nodes = chosen.flatMap((name) => cluster.nodes.filter((node) => node.name === name))
    if (input.by > 0) await bringIn({ cluster, service, balancer, nodes }, context)
    else await takeOut({ cluster, service, balancer, nodes }, context)
    const backends = await listBackends(balancer, context.signal)
    return {
      service: service.name,
      by: input.by < 0 ? -chosen.length : chosen.length,
      nodes: chosen,
      replicas: backends.filter(({ state }) => state === 'in').length,
    }
  },
  async would(input, context) {
    const { service, cluster } = requireService(context, input.service)
    const chosen = await chooseReplicas(input, cluster, service, context)
    if (chosen.length === 0) return 'change nothing'
    return input.by > 0
      ? `start ${chosen.join(', ')} and put it into the balancer of ${service.name}`
      : `take ${chosen.join(', ')} out of the balancer of ${service.name} and stop it`
  },
})
