// A person's freeze: from its moment on nothing starts, until its end or a thaw. `inFlight` also holds open runs before
// their next step; what a run takes back and whom it tells is never held. The stage `notFrozen` is the other half.
import type { FleetCommand, Freeze } from './protocol.ts'
import { audit } from './audit.ts'
import { lookAround } from './observe.ts'
import { freezeAt, type GuardState, type OpenEntry } from './state.ts'
import { still, type Effect, type Step } from './step.ts'

const LONGEST_MS = 30 * 86_400_000

type FreezeCommand = Extract<FleetCommand, { kind: 'freeze' }>
type ThawCommand = Extract<FleetCommand, { kind: 'thaw' }>

/** Freezes the cluster; a freeze that is there already is replaced. Answers the step and a sentence. */
export function freeze(state: GuardState, asked: FreezeCommand, now: number): readonly [Step, string] {
  const { by, why, requestId, inFlight } = asked
  const until = now + Math.min(Math.max(asked.forMs, 1_000), LONGEST_MS)
  const next: GuardState = { ...state, freeze: { id: requestId, by, why, at: now, until, inFlight } }
  const open = next.open.filter(({ closed }) => closed === null)
  const kept = inFlight ? pauseFor(next, open, now) : resumeAfter(state)
  const held = inFlight ? ` ${open.length} open run(s) are held before their next step.` : ''
  const text = `\`${by}\` froze \`${state.cluster}\` until ${new Date(until).toISOString()}: ${why}.${held}`
  const record = audit(next, { what: 'freeze', id: requestId, by, why, until, inFlight, text }, null, requestId, now)
  return [{ state: next, decisions: [], effects: [record, ...kept] }, text]
}

/** Ends the freeze before its time. Answers null for the step where none holds. */
export function thaw(state: GuardState, { by, why, requestId }: ThawCommand, now: number): readonly [Step, string] {
  const held = freezeAt(state, now)
  if (held === null) return [endFreeze(state, now), `\`${state.cluster}\` is not frozen.`]
  const text = `\`${by}\` thawed \`${state.cluster}\`: ${why}. \`${held.by}\` had frozen it: ${held.why}`
  return [end(state, { what: 'thaw', by, why, text }, requestId, now), text]
}

/** Ends a freeze whose time has come. */
export function endFreeze(state: GuardState, now: number): Step {
  const { freeze: held } = state
  if (held === null || held.until > now) return still(state)
  const text = `The freeze of \`${state.cluster}\` by \`${held.by}\` has ended by itself: ${held.why}`
  return end(state, { what: 'thaw', by: 'phix', why: 'its time was over', text }, `${held.id}/end`, now)
}

function end(state: GuardState, body: Parameters<typeof audit>[1], key: string, now: number): Step {
  // What was held by the freeze alone is looked at again at once; everything else keeps its own time.
  const targets = Object.fromEntries(
    Object.entries(state.targets).map(([name, target]) => [
      name,
      target.lastAnswer?.reason === 'frozen' ? { ...target, lookAgainAt: 0 } : target,
    ]),
  )
  const next: GuardState = { ...state, targets, freeze: null }
  const effects = [audit(next, body, null, key, now), ...resumeAfter(state), ...lookAround(next, now)]
  return { state: next, decisions: [], effects }
}

/** Asks runs to hold before their next step, where the freeze is for runs in flight. One that a person let start goes on. */
export function pauseFor(state: GuardState, runs: readonly OpenEntry[], now: number): readonly Effect[] {
  const held = freezeAt(state, now)
  if (held === null || !held.inFlight) return []
  const { by, why, until } = held
  return runs.filter(isPausable(held)).map(({ workflowId }) => ({
    kind: 'say',
    workflowId,
    verb: 'pause',
    message: { by, why: `the cluster is frozen: ${why}`, until, hold: 'freeze' },
  }))
}

const isPausable =
  ({ at }: Freeze) =>
  ({ trigger, startedAt }: OpenEntry): boolean =>
    !(trigger.kind === 'person' && trigger.overrideFreeze !== undefined && startedAt >= at)

/** Lets go of the runs that the freeze held; a person's own pause stays. */
const resumeAfter = ({ freeze: held, open }: GuardState): readonly Effect[] =>
  held === null || !held.inFlight
    ? []
    : open
        .filter(({ closed }) => closed === null)
        .map(({ workflowId }) => ({
          kind: 'say',
          workflowId,
          verb: 'resume',
          message: { by: held.by, why: 'the freeze is over', hold: 'freeze' },
        }))
