import { requireMembers } from '../controls/find-members.ts'
import { action } from '../wrapping/action.ts'
import { logsCollect } from './manifest.ts'
import { readTail } from './read-tail.ts'

interface Input {
  readonly target: string
  readonly lines?: number
}

/** For all nodes together; the rest of a step's output limit is for what is around the lines. */
const TAILS_BYTES = 40 * 1024

/** Collects the last log lines of each node's process. */
export const collect = action<Input>({
  manifest: logsCollect,
  async run({ target, lines = 100 }, context) {
    const { name, nodes, service } = requireMembers(context, target)
    const maxBytes = Math.floor(TAILS_BYTES / Math.max(1, nodes.length))
    const tails = await Promise.all(
      nodes.map(async (node) => {
        const tail = await readTail(service.control.stateFolder, node.name, lines, maxBytes)
        return { node: node.name, lines: tail.lines, truncated: tail.truncated }
      }),
    )
    return { target: name, nodes: tails }
  },
})
