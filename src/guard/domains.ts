// What must not be disturbed together: nodes of one zone, and the nodes that hold the cluster's own state. Which nodes these
// are comes with the candidate, from the inventory as it is at that moment.
import type { Stage } from './stages.ts'
import { overlap, targetOf, type GuardState } from './state.ts'

/** Keeps enough of each zone that the candidate touches healthy. Missing evidence is never taken for health. */
export const zonesStayHealthy: Stage = ({ state, candidate }) => {
  const { keepPerZone } = candidate.plan.guard
  if (keepPerZone === undefined) return null
  for (const { zone, nodes } of candidate.zones ?? []) {
    const members = nodes.filter((name) => isServing(state, name))
    const spared = members.filter((name) => name !== candidate.target && !isUnderRepair(state, name))
    const healthy = spared.filter((name) => targetOf(state, name)?.verdict === 'healthy').length
    const needed = Math.max(keepPerZone.count ?? 0, Math.ceil((keepPerZone.ratio ?? 0) * members.length - 1e-9))
    if (healthy >= needed) continue
    const message = `${healthy} of ${members.length} members of zone \`${zone}\` stay healthy, ${needed} are needed.`
    return { kind: 'held', reason: 'zone-budget', message }
  }
  return null
}

const isServing = (state: GuardState, name: string): boolean => {
  const target = targetOf(state, name)
  return target !== null && target.isMember && target.desired === 'serving'
}
const isUnderRepair = ({ open }: GuardState, name: string): boolean => open.some(({ covers }) => covers.includes(name))

/** One node of the control plane at a time, whoever asks: two at once can cost the quorum. */
export const controlPlaneOneAtATime: Stage = ({ state, candidate }) => {
  const plane = candidate.controlPlane ?? []
  if (plane.length === 0) return null
  const busy = state.open.find(({ covers, target }) => overlap(covers, plane) || plane.includes(target))
  if (busy === undefined) return null
  const message = `\`${candidate.target}\` is of the control plane, and run \`${busy.workflowId}\` works on another node of it; one at a time.`
  return { kind: 'held', reason: 'control-plane', message, workflowId: busy.workflowId }
}
