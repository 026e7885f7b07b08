import { requireMembers } from '../controls/find-members.ts'
import { readConfig } from '../controls/node-api.ts'
import { action } from '../wrapping/action.ts'
import { configGet } from './manifest.ts'

/** Reads the configuration of each node of a target. */
export const get = action<{ readonly target: string }>({
  manifest: configGet,
  async run({ target }, context) {
    const { name, nodes } = requireMembers(context, target)
    const configs = await Promise.all(nodes.map((node) => readConfig(node, context.signal)))
    return { target: name, nodes: configs.map((config) => ({ ...config })) }
  },
})
