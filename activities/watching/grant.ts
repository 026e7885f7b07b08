// The activity `grant`: a run that was started past the detector asks for leave. Its lock is resolved here, through the
// inventory: what the run claims about itself is not believed.
import type { GrantReply, GrantRequest } from '../../src/guard/protocol.ts'
import { findTargets } from '../../src/inventory/find-target.ts'
import type { WatchingDeps } from './create-watching.ts'
import { resolveDomains } from './resolve-domains.ts'
import { resolveLock } from './resolve-lock.ts'

export async function grant(request: GrantRequest, { inventory, detector }: WatchingDeps): Promise<GrantReply> {
  const found = findTargets(inventory(), request.target, request.cluster)
  const [target] = found
  if (target === undefined || found.length > 1) {
    const message =
      target === undefined
        ? `\`${request.target}\` is not in the inventory, so nothing may be done to it.`
        : `\`${request.target}\` names ${found.length} targets; start the run through Phix with one of them.`
    return { granted: false, reason: 'unknown-target', message }
  }
  const { cluster } = target
  const lock = resolveLock(request.guard.lock, target)
  return detector.grant(cluster.name, {
    ...request,
    cluster: cluster.name,
    target: target.name,
    ...lock,
    ...resolveDomains(request.guard, lock.covers, target.name, cluster),
    limits: cluster.guard,
  })
}
