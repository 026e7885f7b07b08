import { listBackends } from '../controls/balancer.ts'
import { requireBalancer, requireNode, requireServiceOf } from '../controls/find-members.ts'
import { moveBackends } from '../controls/move-backends.ts'
import { action } from '../wrapping/action.ts'
import { loadRebalance } from './manifest.ts'

interface Input {
  readonly away_from: string
  readonly only?: readonly string[]
}

/** Takes a node's backend out of the balancer, never the last one. */
export const rebalance = action<Input>({
  manifest: loadRebalance,
  async run({ away_from, only }, context) {
    const { node, cluster } = requireNode(context, away_from)
    const service = requireServiceOf(cluster, node.name)
    const nodes = only === undefined || only.includes(node.name) ? [node] : []
    const moved = await moveBackends(service, nodes, { state: 'out', keepOne: true }, context)
    return { node: node.name, service: service.name, ...moved }
  },
  async would({ away_from }, context) {
    const { node, cluster } = requireNode(context, away_from)
    const service = requireServiceOf(cluster, node.name)
    const backends = await listBackends(requireBalancer(service), context.signal)
    const isIn = backends.some(({ name, state }) => name === node.name && state === 'in')
    return isIn
      ? `take ${node.name} out of the balancer of ${service.name}`
      : `change nothing: ${node.name} is out already`
  },
})
