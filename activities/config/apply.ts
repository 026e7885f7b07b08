import type { JsonObject } from '../../src/plan/json.ts'
import { requireMembers } from '../controls/find-members.ts'
import { readConfig } from '../controls/node-api.ts'
import { action } from '../wrapping/action.ts'
import { changeConfigs, isSame } from './change-configs.ts'
import { configApply } from './manifest.ts'

interface Input {
  readonly target: string
  readonly values: JsonObject
}

/** Gives every node of a target this configuration. */
export const apply = action<Input>({
  manifest: configApply,
  async run({ target, values }, context) {
    const { name, nodes } = requireMembers(context, target)
    return {
      target: name,
      ...(await changeConfigs(
        nodes.map((node) => ({ node, values })),
        context,
      )),
    }
  },
  async would({ target, values }, context) {
    const { nodes } = requireMembers(context, target)
    const now = await Promise.all(nodes.map((node) => readConfig(node, context.signal)))
    const others = now.filter((config) => !isSame(config.values, values)).map(({ node }) => node)
    return others.length === 0 ? 'change nothing: it is configured so already' : `configure ${others.join(', ')} anew`
  },
})
