// What a person says to a detector. The same word said twice, late or again after a restart is heard once.
import { freeze, thaw } from './freeze.ts'
import { commandMode } from './modes.ts'
import type { FleetCommand, FleetReply } from './protocol.ts'
import { reset } from './reset.ts'
import { keepLast, KEPT, type GuardState } from './state.ts'
import { still, type Step } from './step.ts'

/** Does what a person said; `replyTo` has the answer afterwards. */
export function command(state: GuardState, said: FleetCommand, now: number): Step {
  if (replyTo(state, said.requestId) !== null) return still(state)
  const [step, message] = carryOut(state, said, now)
  const changed = step.effects.some(({ kind }) => kind === 'record')
  const reply: FleetReply = { changed, message }
  const heard = keepLast(step.state.heard, { requestId: said.requestId, reply }, KEPT.heard)
  return { ...step, state: { ...step.state, heard } }
}

function carryOut(state: GuardState, said: FleetCommand, now: number): readonly [Step, string] {
  switch (said.kind) {
    case 'freeze':
      return freeze(state, said, now)
    case 'thaw':
      return thaw(state, said, now)
    case 'reset':
      return reset(state, said, now)
    case 'mode':
      return commandMode(state, said, now)
  }
}

/** Answers what was answered to this request; null where it was never heard. */
export const replyTo = ({ heard }: Pick<GuardState, 'heard'>, requestId: string): FleetReply | null =>
  heard.findLast((each) => each.requestId === requestId)?.reply ?? null
