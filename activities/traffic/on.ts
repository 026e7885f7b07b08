import type { Cluster, Node, Service } from '../../src/inventory/inventory.ts'
import { nodesNamed, requireService } from '../controls/find-members.ts'
import { moveBackends } from '../controls/move-backends.ts'
import { unavailable } from '../wrapping/action-failure.ts'
import { action, type ActionContext } from '../wrapping/action.ts'
import { trafficOn } from './manifest.ts'

interface Input {
  readonly service: string
  readonly only?: readonly string[]
}

/** Puts the backends of a service in: those that are meant to serve, or exactly the ones given. */
export const on = action<Input>({
  manifest: trafficOn,
  async run({ service: name, only }, context) {
    const { service, cluster } = requireService(context, name)
    const nodes =
      only === undefined
        ? await wantedServing(cluster, service, context)
        : nodesNamed(
            cluster,
            service.members.filter((member) => only.includes(member)),
          )
    return { service: service.name, ...(await moveBackends(service, nodes, { state: 'in', keepOne: false }, context)) }
  },
  async would({ service: name }, context) {
    const { service, cluster } = requireService(context, name)
    const nodes = await wantedServing(cluster, service, context)
    return `put ${nodes.map((node) => node.name).join(', ') || 'no node'} into the balancer of ${service.name}`
  },
})

/** A node that is marked failed or drained must not get requests again by accident, so guessing is no choice. */
async function wantedServing(cluster: Cluster, service: Service, context: ActionContext): Promise<readonly Node[]> {
  const state = await context.detector.state(cluster.name).catch(() => null)
  if (state === null)
    throw unavailable(
      `the detector of \`${cluster.name}\` does not answer, so it is not known which nodes are meant to serve; name them with \`only\``,
    )
  return nodesNamed(cluster, service.members).filter(({ name }) => state.targets[name]?.desired === 'serving')
}
