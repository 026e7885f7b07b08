// Which nodes a run must not disturb together: those of the zones it touches, and the control plane. Looked up when it is
// asked for, so that the inventory's last word counts; sent only where a rule needs it, because zones are large.
import type { Zone } from '../../src/guard/protocol.ts'
import type { Cluster } from '../../src/inventory/inventory.ts'
import type { GuardSpec } from '../../src/plan/plan.ts'

export interface Domains {
  readonly zones?: readonly Zone[]
  readonly controlPlane?: readonly string[]
}

/** Answers the domains that a run on these nodes touches; `*` covers them all. */
export function resolveDomains(guard: GuardSpec, covers: readonly string[], target: string, cluster: Cluster): Domains {
  const touched = cluster.nodes.filter(({ name }) => covers.includes('*') || covers.includes(name) || name === target)
  const plane = cluster.nodes.filter(({ controlPlane }) => controlPlane === true).map(({ name }) => name)
  const touchesPlane = touched.some(({ name }) => plane.includes(name))
  return {
    ...(guard.keepPerZone === undefined ? {} : { zones: zonesOf(touched, cluster) }),
    ...(touchesPlane ? { controlPlane: plane } : {}),
  }
}

function zonesOf(touched: Cluster['nodes'], cluster: Cluster): readonly Zone[] {
  const names = new Set(touched.flatMap(({ zone }) => (zone === null ? [] : [zone])))
  return [...names].map((zone) => ({
    zone,
    nodes: cluster.nodes.filter((node) => node.zone === zone).map(({ name }) => name),
  }))
}
