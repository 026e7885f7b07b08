import { unavailable } from '../wrapping/action-failure.ts'
import { action } from '../wrapping/action.ts'
import { modeSet } from './manifest.ts'

interface Input {
  readonly mode: string
  readonly active: boolean
  readonly reason?: string
}

/**
 * Tells the cluster's detector that this run enters or leaves a degraded mode; the same key twice is one word, with the
 * first answer. The detector decides whether the mode is over: others may hold it.
 */
export const set = action<Input>({
  manifest: modeSet,
  async run({ mode, active, reason }, context) {
    const { run, idempotencyKey } = context.call
    const why = reason ?? `step ${run.stepId} of ${run.workflowId}`
    const request = { mode, on: active, workflowId: run.workflowId, why, key: idempotencyKey }
    const reply = await context.effect(async () => {
      try {
        return await context.detector.setMode(run.cluster, request)
      } catch (error) {
        throw unavailable(`the detector of \`${run.cluster}\`, which holds the modes, could not be told`, error)
      }
    })
    return { mode, active: reply.active, before: reply.before, held: reply.held }
  },
  async would({ mode, active }, context) {
    const state = await context.detector.state(context.call.run.cluster)
    const isNow = state?.modes?.some((each) => each.mode === mode) ?? false
    if (isNow === active) return `change nothing: \`${mode}\` is ${active ? 'on' : 'off'} already`
    return `${active ? 'enter' : 'leave'} degraded mode \`${mode}\``
  },
})
