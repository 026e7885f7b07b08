// What was said of degraded modes comes to the same in any order, however often each word is heard: the last word of each
// holder counts, and an end takes away all that was held before it. Pure data. Read next: modes.ts (who may say what).
import type { ModeHold, ModeHolder, StandingMode } from './protocol.ts'

/** Everything that was said of one mode. */
export interface ModeRecord {
  /** The last word of each holder, in the order of their stamps. */
  readonly holds: readonly (ModeHold & { readonly isHeld: boolean })[]
  /** What was held up to this stamp was let go, whoever held it. */
  readonly clearedAt: number
  /** Since when it is on without a break; null while it is off. */
  readonly since: number | null
  readonly toldAt: number | null
}

/** One word about one mode. `at` is the detector's stamp: no two words have the same. */
export type ModeWord =
  | ({ readonly says: 'hold' | 'release'; readonly mode: string } & ModeHold)
  /** Lets go of everything that was held up to `at`. */
  | { readonly says: 'clear'; readonly mode: string; readonly at: number }

type Modes = Readonly<Record<string, ModeRecord>>

const NOTHING_SAID: ModeRecord = { holds: [], clearedAt: 0, since: null, toldAt: null }
/** More hold one mode together, and nobody is forgotten: they are counted as one that does not let go by itself. */
export const MOST_HOLDERS = 16
/** Late words that must still be known for what they are. */
const MOST_OVER = 16
export const MOST_MODES = 50

export const recordOfMode = (modes: Modes | undefined, mode: string): ModeRecord =>
  modes !== undefined && Object.hasOwn(modes, mode) ? (modes[mode] ?? NOTHING_SAID) : NOTHING_SAID

/** Answers who holds a mode on; nobody: it is off. */
export const holdersOf = ({ holds, clearedAt }: ModeRecord): readonly ModeHold[] =>
  holds.filter(({ isHeld, at }) => isHeld && at > clearedAt).map(({ isHeld: _isHeld, ...hold }) => hold)

/**
 * Takes one word in.
 * Invariant: the same words in any order, each as often as you like, leave the same holders, up to the bound of holders.
 */
export function hear(modes: Modes | undefined, word: ModeWord): Modes {
  const before = recordOfMode(modes, word.mode)
  const said =
    word.says === 'clear'
      ? { ...before, clearedAt: Math.max(before.clearedAt, word.at) }
      : { ...before, holds: withHold(before, word) }
  const isOn = holdersOf(said).length > 0
  const record: ModeRecord = isOn ? { ...said, since: before.since ?? word.at } : { ...said, since: null, toldAt: null }
  return bounded({ ...modes, [word.mode]: record })
}

function withHold(
  { holds, clearedAt }: ModeRecord,
  word: Extract<ModeWord, { says: 'hold' | 'release' }>,
): ModeRecord['holds'] {
  const { says, mode: _, ...hold } = word
  const known = holds.find((each) => isSame(each, hold))
  // Of two words with one stamp the one that lets go counts.
  if (known !== undefined && (known.at > hold.at || (known.at === hold.at && !known.isHeld))) return holds
  const all = [...holds.filter((each) => each !== known), { ...hold, isHeld: says === 'hold' }]
  const isOver = (each: (typeof all)[number]): boolean => !each.isHeld || each.at <= clearedAt
  const over = all.filter(isOver).toSorted((a, b) => b.at - a.at)
  return [...all.filter((each) => !isOver(each)), ...over.slice(0, MOST_OVER)].toSorted((a, b) => a.at - b.at)
}

const isSame = (one: ModeHolder, other: ModeHolder): boolean => one.kind === other.kind && one.name === other.name

/** Forgets the modes that are off, the oldest first, where there are too many. */
function bounded(modes: Modes): Modes {
  const all = Object.entries(modes)
  if (all.length <= MOST_MODES) return modes
  const off = all.filter(([, { since }]) => since === null)
  const [oldest] = off.toSorted(([, one], [, other]) => lastStamp(one) - lastStamp(other))
  return oldest === undefined ? modes : Object.fromEntries(all.filter(([mode]) => mode !== oldest[0]))
}

const lastStamp = ({ holds, clearedAt }: ModeRecord): number => Math.max(clearedAt, ...holds.map(({ at }) => at))

/** Answers the modes that are on, by name. */
export const standingModes = (modes: Modes | undefined): readonly StandingMode[] =>
  Object.entries(modes ?? {})
    .flatMap(([mode, record]): readonly StandingMode[] =>
      record.since === null ? [] : [{ mode, since: record.since, heldBy: holdersOf(record), toldAt: record.toldAt }],
    )
    .toSorted((a, b) => (a.mode < b.mode ? -1 : 1))

/** Takes over what was on, as the journal has it; what was said meanwhile is the newer word. */
export function takeOver(modes: Modes | undefined, standing: readonly StandingMode[]): Modes {
  return standing.reduce<Modes>((all, { mode, since, heldBy, toldAt }) => {
    const heard = heldBy.reduce<Modes>((each, hold) => hear(each, { ...hold, says: 'hold', mode }), all)
    const record = recordOfMode(heard, mode)
    return record.since === null ? heard : { ...heard, [mode]: { ...record, since, toldAt } }
  }, modes ?? {})
}
