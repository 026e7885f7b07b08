// Degraded modes: who may enter and leave one, and what is written down of it. A mode is on for as long as anybody holds it:
// two runs that entered it both have to leave it, or a person or the end of its cause ends it for all (decision 0561).
import { audit } from './audit.ts'
import { hear, holdersOf, MOST_HOLDERS, MOST_MODES, recordOfMode, standingModes, type ModeWord } from './mode-words.ts'
import type { FleetCommand, ModeHold, ModeHolder, ModeObservation, ModeReply, ModeRequest } from './protocol.ts'
import { keepLast, KEPT, type GuardState } from './state.ts'
import { still, type Effect, type Step } from './step.ts'

/** Records about modes are of a target of their own, so that the newest one is found at once: it tells all that is on. */
export const modesTarget = (cluster: string): string => `${cluster}/modes`

const WHY_LENGTH = 500

/** A step enters or leaves a mode, once a key; `replyToStep` has the answer afterwards. */
export function setMode(state: GuardState, request: ModeRequest, now: number): Step {
  if (replyToStep(state, request.key) !== null) return still(state)
  const { mode, on, workflowId, key } = request
  const holder: ModeHolder = { kind: 'run', name: workflowId }
  const before = holdersOf(recordOfMode(state.modes, mode))
  const own = before.filter((each) => isSame(each, holder))
  const released = on ? [] : own.length > 0 ? own : before.filter((each) => isLeftBehind(state, each))
  const why = request.why.slice(0, WHY_LENGTH)
  const words = on
    ? own.length > 0
      ? []
      : holdWords(state, mode, holder, why, now)
    : released.map((each, index): ModeWord => ({ ...each, says: 'release', mode, at: stamp(state, now) + index }))
  if (words === null) return still(state)
  const heard = hearAll(state, words)
  const after = holdersOf(recordOfMode(heard.modes, mode))
  const reply: ModeReply = {
    active: after.length > 0,
    before: before.length > 0,
    held: on ? own.length > 0 : released.length > 0,
    changed: words.length > 0,
    message: sentenceOf(mode, `run \`${workflowId}\``, on, { before, after, changed: words.length > 0 }, why),
  }
  const answering = { ...heard, modeReplies: keepLast(state.modeReplies ?? [], { key, reply }, KEPT.heard) }
  const effects =
    words.length === 0 ? [] : [recordOfModes(answering, { mode, by: workflowId, why, text: reply.message }, key, now)]
  return { state: answering, decisions: [], effects }
}

/** Answers what was answered to a step; null where it was never heard, or there was no room for another mode. */
export const replyToStep = ({ modeReplies = [] }: Pick<GuardState, 'modeReplies'>, key: string): ModeReply | null =>
  modeReplies.findLast((each) => each.key === key)?.reply ?? null

/** A person enters a mode, or ends it whoever holds it. Answers the step and a sentence. */
export function commandMode(
  state: GuardState,
  { mode, on, by, requestId, ...said }: Extract<FleetCommand, { kind: 'mode' }>,
  now: number,
): readonly [Step, string] {
  const holder: ModeHolder = { kind: 'person', name: by }
  const why = said.why.slice(0, WHY_LENGTH)
  const before = holdersOf(recordOfMode(state.modes, mode))
  const isSo = on ? before.some((each) => isSame(each, holder)) : before.length === 0
  const words = isSo
    ? []
    : on
      ? holdWords(state, mode, holder, why, now)
      : [{ says: 'clear', mode, at: stamp(state, now) } as const]
  if (words === null) return [still(state), `More modes are on in \`${state.cluster}\` than are kept; end one first.`]
  const heard = hearAll(state, words)
  const after = holdersOf(recordOfMode(heard.modes, mode))
  const text = sentenceOf(mode, `\`${by}\``, on, { before, after, changed: words.length > 0 }, why)
  const effects = words.length === 0 ? [] : [recordOfModes(heard, { mode, by, why, text }, requestId, now)]
  return [{ state: heard, decisions: [], effects }, text]
}

/** The cause of a mode has been gone for as long as it must: it ends, except for who has entered it since. */
export function clearMode(state: GuardState, { mode, heldAt, evidence }: ModeObservation, now: number): Step {
  const before = recordOfMode(state.modes, mode)
  const gone = holdersOf(before).filter(({ at }) => at <= heldAt)
  if (gone.length === 0) return still(state)
  const heard = hearAll(state, [{ says: 'clear', mode, at: heldAt }])
  const left = holdersOf(recordOfMode(heard.modes, mode))
  const why = `its cause is gone: ${evidence}`.slice(0, WHY_LENGTH)
  const text =
    left.length === 0
      ? `Degraded mode \`${mode}\` has ended by itself: ${why}.`
      : `Degraded mode \`${mode}\` stays on for ${namesOf(left)}, which came after its cause was seen to be gone.`
  const record = recordOfModes(heard, { mode, by: 'phix', why, text }, `${mode}/${heldAt}/gone`, now)
  return { state: heard, decisions: [], effects: [record] }
}

/** Tells a person of each mode that is on for longer than it should; once, until it is off. */
export function tellOfLongModes(state: GuardState, now: number): Step {
  const long = (state.modeSpecs ?? []).flatMap(({ mode, longestMs }) => {
    const record = recordOfMode(state.modes, mode)
    const isDue =
      longestMs !== null && record.since !== null && record.toldAt === null && now - record.since >= longestMs
    return isDue ? [{ mode, record, since: record.since }] : []
  })
  if (long.length === 0) return still(state)
  const told = Object.fromEntries(long.map(({ mode, record }) => [mode, { ...record, toldAt: now }]))
  const effects = long.map(({ mode, record, since }): Effect => {
    const message = `\`${state.cluster}\`: degraded mode \`${mode}\` is on since ${new Date(since).toISOString()}, longer than it should be; it is held by ${namesOf(holdersOf(record))}. End it with: phix mode off ${state.cluster} ${mode} --why "…"`
    return { kind: 'page', key: `${state.cluster}/mode/${mode}/${since}/long`, message }
  })
  return { state: { ...state, modes: { ...state.modes, ...told } }, decisions: [], effects }
}

/** Answers when a person has to be told of a mode. */
export const modeLooks = (state: GuardState): readonly number[] =>
  (state.modeSpecs ?? []).flatMap(({ mode, longestMs }) => {
    const { since, toldAt } = recordOfMode(state.modes, mode)
    return longestMs === null || since === null || toldAt !== null ? [] : [since + longestMs]
  })

/** Writes down what happened to a mode or a setting, and beside it all that holds now: one record answers for all. */
export const recordOfModes = (
  state: GuardState,
  {
    what = 'mode',
    text,
    ...said
  }: { readonly what?: 'mode' | 'adapt'; readonly text: string } & Readonly<Record<string, string | number | null>>,
  key: string,
  now: number,
): Effect =>
  audit(
    state,
    {
      what,
      text,
      ...said,
      standing: standingModes(state.modes) as never,
      adapted: (state.adapted ?? []) as never,
    },
    modesTarget(state.cluster),
    key,
    now,
  )

const isSame = (one: ModeHolder, other: ModeHolder): boolean => one.kind === other.kind && one.name === other.name

/** Nobody else will let go of what a run that has ended holds. */
const isLeftBehind = ({ open }: GuardState, { kind, name }: ModeHold): boolean =>
  kind === 'run' && !open.some(({ workflowId, closed }) => workflowId === name && closed === null)

const stamp = ({ modeStamp = 0 }: GuardState, now: number): number => Math.max(now, modeStamp + 1)

/** null: there is no room for another mode. */
function holdWords(
  state: GuardState,
  mode: string,
  holder: ModeHolder,
  why: string,
  now: number,
): readonly ModeWord[] | null {
  const standing = standingModes(state.modes)
  const own = standing.find((each) => each.mode === mode)
  if (own === undefined && standing.length >= MOST_MODES) return null
  const isFull = (own?.heldBy.length ?? 0) >= MOST_HOLDERS
  const who: ModeHolder = isFull ? { kind: 'many', name: 'others' } : holder
  return [{ says: 'hold', mode, ...who, why, at: stamp(state, now) }]
}

function hearAll(state: GuardState, words: readonly ModeWord[]): GuardState {
  if (words.length === 0) return state
  const modes = words.reduce<GuardState['modes']>(hear, state.modes)
  const modeStamp = Math.max(state.modeStamp ?? 0, ...words.map(({ at }) => at))
  return { ...state, ...(modes === undefined ? {} : { modes }), modeStamp }
}

interface Change {
  readonly before: readonly ModeHold[]
  readonly after: readonly ModeHold[]
  readonly changed: boolean
}

function sentenceOf(mode: string, who: string, on: boolean, { before, after, changed }: Change, why: string): string {
  const name = `Degraded mode \`${mode}\``
  if (on) {
    if (!changed) return `${name} is on already, held by ${namesOf(before)}.`
    const also = before.length === 0 ? '' : `, as ${namesOf(before)} did already`
    return `${who} entered degraded mode \`${mode}\`${also}: ${why}`
  }
  if (!changed)
    return before.length === 0 ? `${name} is off already.` : `${name} stays on: it is held by ${namesOf(before)}.`
  if (after.length > 0) return `${who} has left degraded mode \`${mode}\`; it stays on for ${namesOf(after)}.`
  return `${who} ended degraded mode \`${mode}\`: ${why}`
}

const namesOf = (holders: readonly ModeHolder[]): string =>
  holders.map(({ kind, name }) => (kind === 'many' ? 'others' : `\`${name}\``)).join(', ')
