// What follows a page, as arithmetic: called again, one level up, kept up to date. Pure: (paging, now) → the next word.
// Who says it and when it stops is in escalation.ts; the numbers come from the inventory, as they were at the first page.
import type { PagingPolicy } from '../../src/plan/run.ts'

export interface Paging {
  readonly policy: PagingPolicy
  /** What the last page said, and its place in the run. */
  readonly message: string
  readonly path: string
  /** Groups that were called so far. */
  readonly to: readonly string[]
  /** Epoch ms of the first page: levels count from here. */
  readonly since: number
  /** Levels above the first that were called. */
  readonly levels: number
  readonly repeats: number
  readonly updates: number
  readonly calledAt: number
  readonly updatedAt: number
  /** A person has answered what it was about: nobody is called until there is another page. */
  readonly isAnswered: boolean
  /** The last page was not heard yet: it is quiet. */
  readonly isUnheard: boolean
  /** Epoch ms; nobody is told anything before. */
  readonly quietUntil: number
}

/** A page as it was made. */
export interface Page {
  readonly to: readonly string[]
  readonly message: string
  readonly path: string
  readonly at: number
  /** Epoch ms; null: it was heard. */
  readonly heldUntil: number | null
}

export interface NextWord {
  readonly kind: 'page' | 'level' | 'repeat' | 'update'
  /** Epoch ms. */
  readonly at: number
}

/** A run that is open for days keeps nobody up to date for ever: a day of quarters of an hour. */
export const MOST_UPDATES = 96

/** Takes a page into the books: the first begins everything, a later one adds its people and is repeated instead. */
export function withPage(paging: Paging | undefined, policy: PagingPolicy, page: Page): Paging {
  const { to, message, path, at, heldUntil } = page
  // What follows counts from when it was, or will be, heard.
  const heardAt = heldUntil ?? at
  const heard = { message, path, calledAt: heardAt, isUnheard: heldUntil !== null, quietUntil: heldUntil ?? 0 }
  if (paging === undefined)
    return { ...NOTHING_YET, policy, to, since: heardAt, updatedAt: heardAt, ...heard, isAnswered: false }
  // What was before is settled: the levels count anew for what is new.
  const since = paging.isAnswered || paging.isUnheard ? heardAt : paging.since
  return { ...paging, ...heard, to: union(paging.to, to), since, isAnswered: false }
}

const NOTHING_YET = { levels: 0, repeats: 0, updates: 0 } as const

/** Answers what is to be said next, and when; null where nothing follows. An acknowledged page only keeps up to date. */
export function nextWord(paging: Paging, isAcked: boolean): NextWord | null {
  const { policy, isAnswered, isUnheard, quietUntil } = paging
  const isCalling = !isAcked && !isAnswered
  if (isCalling && isUnheard) return { kind: 'page', at: quietUntil }
  const level = policy.levels[paging.levels]
  const words: NextWord[] = []
  if (isCalling && level !== undefined) words.push({ kind: 'level', at: paging.since + level.afterMs })
  if (isCalling && policy.repeatMs > 0 && paging.repeats < policy.repeats)
    words.push({ kind: 'repeat', at: paging.calledAt + policy.repeatMs })
  if (policy.updateMs > 0 && paging.updates < MOST_UPDATES)
    words.push({ kind: 'update', at: paging.updatedAt + policy.updateMs })
  const first = words.reduce<NextWord | null>((soonest, word) => (isSooner(word, soonest) ? word : soonest), null)
  return first === null ? null : { kind: first.kind, at: Math.max(first.at, quietUntil) }
}

const isSooner = (word: NextWord, than: NextWord | null): boolean => than === null || word.at < than.at

/** Nothing is said before this time; what was to be said is said then. */
export const heldUntilThen = (paging: Paging, quietUntil: number): Paging => ({ ...paging, quietUntil })

/** Takes a word that was said into the books. */
export function afterWord(paging: Paging, kind: NextWord['kind'], now: number): Paging {
  switch (kind) {
    case 'page':
      return { ...paging, isUnheard: false }
    case 'level':
      return {
        ...paging,
        to: union(paging.to, paging.policy.levels[paging.levels]?.to ?? []),
        levels: paging.levels + 1,
      }
    case 'repeat':
      return { ...paging, repeats: paging.repeats + 1, calledAt: now }
    case 'update':
      return { ...paging, updates: paging.updates + 1, updatedAt: now }
  }
}

/** Whom a word is for: a level calls its own people, everything else all who were called. */
export const peopleFor = (paging: Paging, kind: NextWord['kind']): readonly string[] =>
  kind === 'level' ? (paging.policy.levels[paging.levels]?.to ?? []) : paging.to

const union = (some: readonly string[], more: readonly string[]): readonly string[] => [...new Set([...some, ...more])]
