import type { Json, JsonObject } from '../../src/plan/json.ts'
import { requireNode } from '../controls/find-members.ts'
import { probeNode } from '../evidence/probe-node.ts'
import { action } from '../wrapping/action.ts'
import { nodeProbe } from './manifest.ts'

interface Input {
  readonly node: string
  readonly samples?: number
  readonly every?: number
  readonly window?: number
  readonly max_error_rate?: number
}

/** Looks at a node. That it is unhealthy is an answer, not a failure. */
export const probe = action<Input>({
  manifest: nodeProbe,
  async run({ node: name, samples = 1, every = 500, window = 3_000, max_error_rate = 0.2 }, context) {
    const { node, cluster } = requireNode(context, name)
    const settings = { samples, everyMs: every, windowMs: window, maxErrorRate: max_error_rate }
    const found = await probeNode(cluster, node, settings, context.signal)
    return {
      node: node.name,
      healthy: found.healthy,
      up: found.up,
      reason: found.reason,
      samples: found.samples,
      answered: found.answered,
      ...known({
        latency_ms: found.latencyMs,
        error_rate: found.errorRate,
        requests: found.requests,
        leader: found.leader,
        term: found.term,
      }),
      ...found.usage,
    }
  },
})

/** Leaves out what could not be had, so that an expression over it is unknown. */
const known = (facts: Readonly<Record<string, Json>>): JsonObject =>
  Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null))
