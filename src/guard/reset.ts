// A person says that a target may be tried again: its attempts and cooldowns are forgotten, what it is meant to be is not.
import { audit } from './audit.ts'
import { matchOf } from './observe.ts'
import type { FleetCommand } from './protocol.ts'
import { NO_ATTEMPTS, targetOf, withTarget, type GuardState } from './state.ts'
import { still, type Step } from './step.ts'

/** Clears a target's ledgers. Answers the step and a sentence. */
export function reset(
  state: GuardState,
  { target: name, by, why, requestId }: Extract<FleetCommand, { kind: 'reset' }>,
  now: number,
): readonly [Step, string] {
  const target = targetOf(state, name)
  if (target === null) return [still(state), `Nothing is known of \`${name}\` in \`${state.cluster}\`.`]
  const attempts = Object.values(target.ledgers).reduce((sum, ledger) => sum + ledger.attempts.length, 0)
  const text = `\`${by}\` cleared ${attempts} attempt(s) and the cooldown of \`${name}\`: ${why}`
  const next = withTarget(state, name, {
    ledgers: { heal: NO_ATTEMPTS, bringBack: NO_ATTEMPTS },
    helpedAt: null,
    turns: [],
    rungs: {},
    lookAgainAt: 0,
    lastAnswer: null,
  })
  const effects = [audit(next, { what: 'reset', by, why, attempts, text }, name, requestId, now)]
  return [{ state: next, decisions: [], effects: [...effects, ...matchOf(next, name, now)] }, text]
}
