import type { DesiredState } from '../../src/guard/protocol.ts'
import { requireNode } from '../controls/find-members.ts'
import { unavailable } from '../wrapping/action-failure.ts'
import { action } from '../wrapping/action.ts'
import { nodeMark } from './manifest.ts'

interface Input {
  readonly node: string
  readonly state: DesiredState
  readonly why?: string
}

/** Tells the cluster's detector what a node is meant to be; the same key twice is one mark, with the first `before`. */
export const mark = action<Input>({
  manifest: nodeMark,
  async run({ node: name, state, why }, context) {
    const { node } = requireNode(context, name)
    const { run, idempotencyKey } = context.call
    const request = {
      target: node.name,
      desired: state,
      why: why ?? `step ${run.stepId} of ${run.workflowId}`,
      key: idempotencyKey,
    }
    const { before } = await context.effect(async () => {
      try {
        return await context.detector.mark(run.cluster, request)
      } catch (error) {
        throw unavailable(
          `the detector of \`${run.cluster}\` could not be told that \`${node.name}\` is ${state}`,
          error,
        )
      }
    })
    return { node: node.name, state, before }
  },
  async would({ node: name, state }, context) {
    const { node } = requireNode(context, name)
    const now = (await context.detector.state(context.call.run.cluster))?.targets[node.name]?.desired ?? 'unknown'
    return `mark ${node.name} as ${state} (now ${now})`
  },
})
