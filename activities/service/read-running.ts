import type { Members } from '../controls/find-members.ts'
import type { ActionContext } from '../wrapping/action.ts'

export interface Running {
  readonly node: string
  readonly running: boolean
}

/** Reads whether the process of each node exists. */
export async function readRunning({ service, nodes }: Members, context: ActionContext): Promise<readonly Running[]> {
  const control = context.control(service)
  return Promise.all(nodes.map(async (node) => ({ node: node.name, running: (await control.status(node)).running })))
}

/**
 * Answers the nodes that this step changes, decided at its first attempt: an attempt that died after its effect would
 * else make its successor say that nothing was changed, and undo would take nothing back.
 */
export async function nodesToChange(
  members: Members,
  areRunning: boolean,
  context: ActionContext,
): Promise<readonly string[]> {
  const chosen = await context.chooseOnce('nodes', 'may', async () =>
    (await readRunning(members, context)).filter(({ running }) => running === areRunning).map(({ node }) => node),
  )
  return chosen as readonly string[]
}

export interface ServiceInput {
  readonly target: string
  readonly nodes?: readonly string[]
}

export const namesOf = (members: Members): string => members.nodes.map(({ name }) => name).join(', ') || 'no node'
