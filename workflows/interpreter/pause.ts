// A run that people or a freeze hold: it begins no further step until it is let go, or until the pause's own end. What is
// under way goes on to its end; undo, `finally` and messages are never held.
import type { Pause, VerbMessage } from '../../src/plan/run.ts'
import type { RunContext } from './run-context.ts'
import { addNote, type State } from './state.ts'

const DEFAULT_MS = 4 * 3_600_000
const LONGEST_MS = 30 * 86_400_000

/** Holds the run, or moves the end of a pause of the same kind. Answers null, or why there is nothing to hold. */
export function pauseRun(state: State, said: VerbMessage, now: number): string | null {
  if (state.ending !== null || state.cancel !== null) return 'The run is ending already; that is never held.'
  if (said.ifUnchanged === true && hasChanged(state)) return GOES_ON
  const { by, why = null } = said
  const hold = said.hold ?? 'person'
  const until = Math.min(said.until ?? now + DEFAULT_MS, now + LONGEST_MS)
  if (until <= now) return 'The end of that pause has passed.'
  state.pauses = [...pausesAt(state, now).filter((each) => each.hold !== hold), { by, why, at: now, until, hold }]
  addNote(state, now, `${by} paused the run until ${new Date(until).toISOString()}${why === null ? '' : `: ${why}`}`)
  return null
}

export const GOES_ON = 'The run has begun to change something: it goes on to its check.'
/** Whether taking the run out of the world would leave a trace. Children and modes count as changes. */
export const hasChanged = ({ changed, undo }: Pick<State, 'changed' | 'undo'>): boolean =>
  changed === true || undo.length > 0

/** Lets the run go on. The end of a freeze lets go of the freeze alone; a person lets go of everything. */
export function resumeRun(state: State, { by, why, hold }: VerbMessage, now: number): string | null {
  const held = pausesAt(state, now)
  const kept = hold === 'freeze' ? held.filter((each) => each.hold !== 'freeze') : []
  if (kept.length === held.length) return 'The run is not paused.'
  state.pauses = kept
  addNote(state, now, `${by} let the run go on${why === undefined ? '' : `: ${why}`}`)
  return null
}

/** Somebody is on it: the escalation's timed levels are not told any more. */
export function ackRun(state: State, { by, why }: VerbMessage, now: number): string | null {
  if (state.acked !== undefined) return `\`${state.acked.by}\` is on it already.`
  state.acked = { by, at: now }
  addNote(state, now, `${by} is on it${why === undefined ? '' : `: ${why}`}`)
  return null
}

/** What the run was started for is gone: whoever was called is not called again until the run has something new to say. */
export function calm(state: State, now: number): void {
  if (state.paging === undefined || state.paging.isAnswered) return
  state.paging = { ...state.paging, isAnswered: true }
  addNote(state, now, 'What it was started for is gone: nobody is called any more')
}

/** Answers the pauses that hold at this time. */
export const pausesAt = (state: Pick<State, 'pauses'>, now: number): readonly Pause[] =>
  (state.pauses ?? []).filter(({ until }) => until > now)

/** Whether the next step has to wait. Costs no promise: it is asked before each. */
export const isHeld = ({ state, host }: RunContext): boolean =>
  state.pauses !== undefined &&
  state.pauses.length > 0 &&
  state.ending === null &&
  pausesAt(state, host.now()).length > 0

/** Waits until nothing holds the run any more. Answers whether it was cancelled meanwhile. */
export async function waitUntilLetGo(context: RunContext): Promise<'let-go' | 'cancelled'> {
  const { state, host } = context
  host.changed()
  while (isHeld(context)) {
    const pauses = state.pauses
    const until = Math.max(...pausesAt(state, host.now()).map((pause) => pause.until))
    const answer = await host.hold(() => state.pauses !== pauses, until, 'Paused')
    if (answer === 'cancelled') return 'cancelled'
    if (state.pauses === pauses && !isHeld(context)) addNote(state, host.now(), 'The pause was over by itself.')
  }
  host.changed()
  return 'let-go'
}
