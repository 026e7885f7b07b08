// A decision, written down: in memory for who asks now, and as a record for the journal for who asks later.
import { episodeFrom } from '../plan/ids.ts'
import type { Json } from '../plan/json.ts'
import type { Decision, Trigger } from './protocol.ts'
import { keepLast, KEPT, type GuardState } from './state.ts'
import type { Effect, Step } from './step.ts'

const KEPT_INPUT_BYTES = 1_024
const MESSAGE_LENGTH = 2_000

/** Writes one decision down, in memory and as a record for the journal. */
export function keep(state: GuardState, facts: Omit<Decision, 'id' | 'at' | 'cluster'>, now: number): Step {
  const sequence = state.sequence + 1
  const id = `${state.cluster}/${episodeFrom(now)}-${sequence.toString(36)}`
  const message = facts.message.slice(0, MESSAGE_LENGTH)
  const decision: Decision = { ...facts, message, id, at: now, cluster: state.cluster, trigger: slim(facts.trigger) }
  const asked = facts.trigger.kind === 'person' ? facts.trigger.requestId : null
  const next: GuardState = {
    ...state,
    sequence,
    decisions: keepLast(state.decisions, decision, KEPT.decisions),
    answered:
      asked === null ? state.answered : keepLast(state.answered, { requestId: asked, decisionId: id }, KEPT.answered),
  }
  const record: Effect = {
    kind: 'record',
    record: {
      id,
      kind: 'decision',
      at: now,
      cluster: state.cluster,
      target: decision.target,
      workflowId: decision.workflowId,
      body: decision as unknown as Json,
    },
  }
  return { state: next, decisions: [decision], effects: [record] }
}

/** Large inputs stay with the run; decisions, memory and journal keep what fits in a line. */
export function slim(trigger: Trigger): Trigger {
  if (trigger.kind !== 'person' || JSON.stringify(trigger.inputs).length <= KEPT_INPUT_BYTES) return trigger
  return { ...trigger, inputs: {} }
}
