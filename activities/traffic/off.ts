import { listBackends } from '../controls/balancer.ts'
import { nodesNamed, requireBalancer, requireService } from '../controls/find-members.ts'
import { moveBackends } from '../controls/move-backends.ts'
import { refused } from '../wrapping/action-failure.ts'
import { action } from '../wrapping/action.ts'
import { trafficOff } from './manifest.ts'

interface Input {
  readonly service: string
  readonly only?: readonly string[]
}

/** Takes every backend of a service out of its balancer. */
export const off = action<Input>({
  manifest: trafficOff,
  async run({ service: name, only }, context) {
    const { service, cluster } = requireService(context, name)
    const backends = await listBackends(requireBalancer(service), context.signal)
    const stranger = backends.find((backend) => backend.state === 'in' && !service.members.includes(backend.name))
    if (only === undefined && stranger !== undefined)
      throw refused(
        `the balancer of \`${service.name}\` also has \`${stranger.name}\`, which the inventory does not know: traffic would not be off; add it to the service`,
      )
    const nodes = nodesNamed(
      cluster,
      service.members.filter((member) => only?.includes(member) ?? true),
    )
    return { service: service.name, ...(await moveBackends(service, nodes, { state: 'out', keepOne: false }, context)) }
  },
  async would({ service: name }, context) {
    const { service } = requireService(context, name)
    const backends = await listBackends(requireBalancer(service), context.signal)
    const going = backends.filter(({ state }) => state === 'in').map((backend) => backend.name)
    return going.length === 0
      ? 'change nothing: no backend is in'
      : `take ${going.join(', ')} out: nobody is served then`
  },
})
