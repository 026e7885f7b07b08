// The gates that are open in a run, and what may be said to them. Pure and synchronous: of any number of words that
// arrive at once exactly one decides, and the others are told who did.
import { hashOf } from '../src/plan/hash.ts'
import type { Json } from '../src/plan/json.ts'
import { LIMITS, RUN_VERBS, VERBS, type Gate, type RunVerb, type Verb, type VerbMessage } from '../src/plan/run.ts'
import { bytesOf } from '../src/plan/size.ts'
import type { GateAnswer, GateRequest } from './interpreter/host.ts'
import { misfitOf } from './misfit-of.ts'

/** A verb is refused with a full sentence for the person who said it. */
export type Judgement =
  | { readonly kind: 'accepted'; readonly message: VerbMessage; readonly gate: OpenGate | null }
  | { readonly kind: 'refused'; readonly sentence: string }

export interface OpenGate {
  readonly gate: Gate
  answer: GateAnswer | null
}

export interface Gates {
  open(request: GateRequest): OpenGate
  close(open: OpenGate): void
  list(): readonly Gate[]
  /** Whether a verb would be accepted now. Changes nothing. */
  judge(verb: Verb, message: unknown, now: number): Judgement
  /** Says a verb to its gate, where it is accepted. The `RUN_VERBS` are accepted without a gate and are the caller's to carry out. */
  say(verb: Verb, message: unknown, now: number): Judgement
}

interface Entry {
  readonly open: OpenGate
  readonly notBy: readonly string[]
  readonly output: Json | null
}

const HASH_PREFIX = 8
const NAME_LENGTH = 200
const DECISIONS_KEPT = 50

export function createGates(): Gates {
  const entries = new Map<string, Entry>()
  const decided = new Map<string, string>()

  const judge = (verb: Verb, said: unknown, now: number): Judgement => {
    const message = asMessage(said)
    if (typeof message === 'string') return refused(message)
    if (isRunVerb(verb)) return { kind: 'accepted', message, gate: null }
    const names = [...entries.keys()].map((id) => `\`${id}\``).join(', ')
    const waiting = names === '' ? 'This run waits for nobody now.' : `These are open: ${names}.`
    const { gate: id, hash, by } = message
    if (id === undefined) return refused(`\`${verb}\` must name its \`gate\`. ${waiting}`)
    const entry = entries.get(id)
    if (entry === undefined) return refused(decided.get(id) ?? `There is no gate \`${id}\`. ${waiting}`)
    const { gate, answer } = entry.open
    if (answer !== null) return refused(decided.get(id) ?? `Gate \`${id}\` is decided already.`)
    if (!gate.verbs.includes(verb))
      return refused(
        `Gate \`${id}\` does not take \`${verb}\`; it takes ${gate.verbs.map((each) => `\`${each}\``).join(', ')} or \`cancel\`.`,
      )
    if (hash === undefined || hash.length < HASH_PREFIX)
      return refused(
        `\`${verb}\` must bring at least the first ${HASH_PREFIX} characters of the \`hash\` shown at gate \`${id}\`.`,
      )
    if (!gate.snapshotHash.startsWith(hash))
      return refused(`Gate \`${id}\` shows something else than \`${hash}\`: look at it again before you decide.`)
    if (gate.deadlineAt !== null && now >= gate.deadlineAt)
      return refused(`The deadline of gate \`${id}\` passed at ${timeText(gate.deadlineAt)}.`)
    if (entry.notBy.includes(by))
      return refused(
        `The word of \`${by}\` does not count at gate \`${id}\`: who started the run or has voted already cannot decide.`,
      )
    const misfit = verb === 'supply' && entry.output !== null ? misfitOf(message.value ?? null, entry.output) : null
    if (misfit !== null) return refused(`The \`value\` is not what gate \`${id}\` puts out: ${misfit}`)
    return { kind: 'accepted', message, gate: entry.open }
  }

  return {
    open({ id, kind, title, message, snapshot, openedAt, deadlineAt, verbs, notBy, output = null }) {
      const snapshotHash = hashOf(snapshot)
      const gate: Gate = { id, kind, title, message, snapshotHash, snapshot, openedAt, deadlineAt, verbs }
      const open: OpenGate = { gate, answer: null }
      entries.set(id, { open, notBy, output })
      return open
    },
    close(open) {
      if (entries.get(open.gate.id)?.open === open) entries.delete(open.gate.id)
    },
    list: () => [...entries.values()].filter(({ open }) => open.answer === null).map(({ open }) => open.gate),
    judge,
    say(verb, said, now) {
      const judgement = judge(verb, said, now)
      if (judgement.kind === 'refused' || judgement.gate === null) return judgement
      const { message, gate } = judgement
      const { by, why = null, value = null } = message
      gate.answer = { kind: 'said', verb, by, why, value }
      decided.set(gate.gate.id, `Gate \`${gate.gate.id}\` was decided by \`${by}\` (${verb}) at ${timeText(now)}.`)
      if (decided.size > DECISIONS_KEPT) decided.delete([...decided.keys()][0] ?? '')
      return judgement
    },
  }
}

const refused = (sentence: string): Judgement => ({ kind: 'refused', sentence })

const timeText = (at: number): string => new Date(at).toISOString()

/** The message, or the sentence that says what is wrong with its shape. */
function asMessage(said: unknown): VerbMessage | string {
  const example = 'as in {"gate":"…","hash":"…","by":"you"}'
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return `A verb takes one object, ${example}.`
  const { by, why, gate, hash, until, hold } = said as Readonly<Record<string, unknown>>
  if (typeof by !== 'string' || by.trim() === '' || by.length > NAME_LENGTH)
    return `A verb must say who speaks: \`by\` is a name of at most ${NAME_LENGTH} characters, ${example}.`
  for (const [name, text] of Object.entries({ why, gate, hash }))
    if (text !== undefined && typeof text !== 'string') return `\`${name}\` must be text, ${example}.`
  if (until !== undefined && (typeof until !== 'number' || !Number.isFinite(until)))
    return '`until` must be a time in epoch milliseconds.'
  if (hold !== undefined && hold !== 'freeze') return '`hold` is only for the detector; leave it out.'
  if (bytesOf(said as Json) > LIMITS.messageBytes) return `A verb takes at most ${LIMITS.messageBytes} bytes.`
  return said as VerbMessage
}

/** Whether a verb is said to the run as a whole. */
export const isRunVerb = (verb: Verb): verb is RunVerb => RUN_VERBS.some((each) => each === verb)
export const isVerb = (name: string): name is Verb => VERBS.some((verb) => verb === name)
