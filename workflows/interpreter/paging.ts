// What follows a page, as arithmetic: called again, one level up, kept up to date. Pure: (paging, now) → the next word.
// Who says it and when it stops is in escalation.ts; the numbers come from the inventory, as they were at the first page.
import type { PagingPolicy } from '../../src/plan/run.ts'

export interface Paging {
  readonly policy: PagingPolicy
  /** What the last page said. */
  readonly message: string
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
}

export interface NextWord {
  readonly kind: 'level' | 'repeat' | 'update'
  /** Epoch ms. */
  readonly at: number
}

/** A run that is open for days keeps nobody up to date for ever: a day of quarters of an hour. */
export const MOST_UPDATES = 96

/** Takes a page into the books: the first begins everything, a later one adds its people and is repeated instead. */
export function withPage(
  paging: Paging | undefined,
  policy: PagingPolicy,
  page: { readonly to: readonly string[]; readonly message: string; readonly at: number },
): Paging {
  const { to, message, at } = page
  if (paging === undefined)
    return {
      ...{ policy, message, to, since: at, levels: 0, repeats: 0, updates: 0 },
      ...{ calledAt: at, updatedAt: at, isAnswered: false },
    }
  // Whoever was there before was answered: the levels count anew for what is new.
  const since = paging.isAnswered ? at : paging.since
  return { ...paging, message, to: union(paging.to, to), since, calledAt: at, isAnswered: false }
}

/** Answers what is to be said next, and when; null where nothing follows. An acknowledged page only keeps up to date. */
export function nextWord(paging: Paging, isAcked: boolean): NextWord | null {
  const { policy, isAnswered } = paging
  const isCalling = !isAcked && !isAnswered
  const level = policy.levels[paging.levels]
  const words: NextWord[] = []
  if (isCalling && level !== undefined) words.push({ kind: 'level', at: paging.since + level.afterMs })
  if (isCalling && policy.repeatMs > 0 && paging.repeats < policy.repeats)
    words.push({ kind: 'repeat', at: paging.calledAt + policy.repeatMs })
  if (policy.updateMs > 0 && paging.updates < MOST_UPDATES)
    words.push({ kind: 'update', at: paging.updatedAt + policy.updateMs })
  return words.reduce<NextWord | null>((first, word) => (first === null || word.at < first.at ? word : first), null)
}

/** Takes a word that was said into the books. */
export function afterWord(paging: Paging, kind: NextWord['kind'], now: number): Paging {
  switch (kind) {
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
