import { listBackends } from '../controls/balancer.ts'
import { requireBalancer, requireNode, requireServiceOf } from '../controls/find-members.ts'
import { moveBackends } from '../controls/move-backends.ts'
import { action } from '../wrapping/action.ts'
import { loadRestore } from './manifest.ts'

interface Input {
  readonly node: string
  readonly only?: readonly string[]
}

/** Puts a node's backend into the balancer again. */
export const restore = action<Input>({
  manifest: loadRestore,
  async run({ node: name, only }, context) {
    const { node, cluster } = requireNode(context, name)
    const service = requireServiceOf(cluster, node.name)
    const nodes = only === undefined || only.includes(node.name) ? [node] : []
    const moved = await moveBackends(service, nodes, { state: 'in', keepOne: false }, context)
    return { node: node.name, service: service.name, ...moved }
  },
  async would({ node: name }, context) {
    const { node, cluster } = requireNode(context, name)
    const service = requireServiceOf(cluster, node.name)
    const backends = await listBackends(requireBalancer(service), context.signal)
    const isIn = backends.some((backend) => backend.name === node.name && backend.state === 'in')
    return isIn ? `change nothing: ${node.name} is in already` : `put ${node.name} into the balancer of ${service.name}`
  },
})
