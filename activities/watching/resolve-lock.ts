// Which part of the tree cluster ⊃ zone ⊃ service ⊃ node a run locks, as the nodes it covers.
import { serviceOf, type Target } from '../../src/inventory/find-target.ts'
import type { GuardSpec } from '../../src/plan/plan.ts'

export interface Lock {
  readonly lock: string | null
  readonly covers: readonly string[]
}

/** Widens a target to the scope that its runbook locks; a scope that does not exist for it falls back to the cluster. */
export function resolveLock(scope: GuardSpec['lock'], target: Target): Lock {
  if (scope === null) return { lock: null, covers: [] }
  const { cluster } = target
  const whole: Lock = { lock: cluster.name, covers: ['*'] }
  switch (scope) {
    case 'cluster':
      return whole
    case 'zone': {
      const zone = target.kind === 'node' ? target.node.zone : null
      if (zone === null) return whole
      const covers = cluster.nodes.filter((node) => node.zone === zone).map(({ name }) => name)
      return { lock: `zone/${zone}`, covers }
    }
    case 'service': {
      const service =
        target.kind === 'service' ? target.service : target.kind === 'node' ? serviceOf(cluster, target.name) : null
      return service === null ? whole : { lock: service.name, covers: service.members }
    }
    case 'node':
      if (target.kind === 'node') return { lock: target.name, covers: [target.name] }
      return target.kind === 'service' ? { lock: target.name, covers: target.service.members } : whole
  }
}
