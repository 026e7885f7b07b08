import type { Node, Service } from '../../src/inventory/inventory.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import type { ActionContext } from '../wrapping/action.ts'
import { keepOneBackend, listBackends, setBackend } from './balancer.ts'
import { requireBalancer } from './find-members.ts'

export interface Move {
  readonly state: 'in' | 'out'
  /** Refuses to take the last one out. */
  readonly keepOne: boolean
}

/**
 * Brings these nodes' backends in or out, each read back; answers those it changed, so that undo takes back no more.
 * Why the list of changed ones is chosen once: an attempt that died after its effect finds them moved already, and
 * without the record its successor would say that it changed nothing.
 */
export async function moveBackends(
  service: Service,
  nodes: readonly Node[],
  { state, keepOne }: Move,
  context: ActionContext,
): Promise<JsonObject> {
  const balancer = requireBalancer(service)
  const before = await listBackends(balancer, context.signal)
  const isThere = (name: string): boolean => (before.find((backend) => backend.name === name)?.state ?? 'out') === state
  const moving = nodes.filter(({ name }) => !isThere(name)).map(({ name }) => name)
  if (keepOne && moving.length > 0) keepOneBackend(before, moving, service.name)
  const changed = (await context.chooseOnce('backends', 'may', async () => moving)) as readonly string[]
  for (const node of nodes.filter(({ name }) => moving.includes(name))) {
    context.say(`${node.name} goes ${state}`)
    await context.effect(() => setBackend(balancer, node, state, context.signal, context.call.idempotencyKey))
  }
  const backends = (await listBackends(balancer, context.signal)).map(({ name, state: now }) => ({ name, state: now }))
  return { changed, backends }
}
