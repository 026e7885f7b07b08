// What the journal and Temporal still know becomes the memory of a detector that has none: after its first start, and after
// it was terminated. Pure; the activity `learn` reads, the detector adopts. Read next: adopt.ts.
import type { Outcome, RunResult, UndoEntry } from '../plan/run.ts'
import { NO_ATTEMPT } from './close.ts'
import type { Decision, DesiredState, LedgerName, RecordEntry, Roster, RunBooks } from './protocol.ts'
import { KEPT, NO_ATTEMPTS, type Ledger } from './state.ts'

/** One record of the journal, as it was read. */
export type Written = Omit<RecordEntry, 'kind'>

/** What `learn` read, newest first. */
export interface Remains {
  /** Open runs, and those whose end was never written down: the follower tells how they ended. */
  readonly open: readonly LearnedRun[]
  /** What each node was last said to be, by node. */
  readonly lastMarks: readonly Written[]
  readonly marks: readonly Written[]
  readonly decisions: readonly Written[]
  readonly runs: readonly Written[]
  /** null where the cluster has left the inventory. */
  readonly roster: Roster | null
}

export interface LearnedRun {
  readonly workflowId: string
  readonly runId: string
  readonly books: RunBooks
}

/** What a detector takes over before it starts anything. */
export interface LearnReport {
  readonly open: readonly LearnedRun[]
  readonly targets: readonly {
    readonly name: string
    /** null: never marked, so what the inventory says. */
    readonly desired: DesiredState | null
    readonly undoLater: readonly UndoEntry[]
    readonly ledgers: Readonly<Record<LedgerName, Ledger>>
  }[]
  /** Oldest first. */
  readonly marks: readonly { readonly key: string; readonly before: DesiredState }[]
  readonly decisions: readonly Decision[]
  readonly roster: Roster | null
}

interface RunBody {
  readonly outcome: Outcome
  readonly startedAt: number
  readonly ledger?: LedgerName
  readonly cooldownUntil?: number | null
  readonly result: RunResult | null
}
interface MarkBody {
  readonly desired: DesiredState
  readonly before: DesiredState
}

const DECISIONS_TAKEN_OVER = 100

/** Folds what was read into what is taken over. */
export function recall({ open, lastMarks, marks, decisions, runs, roster }: Remains): LearnReport {
  const all = decisions.map(({ body }) => body as unknown as Decision).toReversed()
  const names = new Set([
    ...lastMarks.flatMap(({ target }) => (target === null ? [] : [target])),
    ...all.filter(({ kind }) => kind === 'started').map(({ target }) => target),
  ])
  return {
    open,
    targets: [...names].map((name) => {
      const mark = lastMarks.find(({ target }) => target === name) ?? null
      const own = runs.filter(({ target }) => target === name)
      return {
        name,
        desired: mark === null ? null : (mark.body as unknown as MarkBody).desired,
        undoLater: mark === null ? [] : leftSince(mark, own),
        ledgers: { heal: ledgerOf('heal', name, all, own), bringBack: ledgerOf('bringBack', name, all, own) },
      }
    }),
    marks: marks
      .slice(0, KEPT.marks)
      .map(({ id, body }) => ({ key: id, before: (body as unknown as MarkBody).before }))
      .toReversed(),
    decisions: all.slice(-DECISIONS_TAKEN_OVER),
    roster,
  }
}

const bodyOf = ({ body }: Written): RunBody => body as unknown as RunBody

/** What the run that took a target out left, unless a later one has brought it back. */
function leftSince(mark: Written, runs: readonly Written[]): readonly UndoEntry[] {
  if ((mark.body as unknown as MarkBody).desired !== 'failed') return []
  for (const run of runs.filter(({ at }) => at >= mark.at)) {
    const { ledger, outcome, result } = bodyOf(run)
    if (ledger === 'bringBack' && (outcome === 'effective' || outcome === 'recovered')) return []
    if ((result?.left.length ?? 0) > 0) return result?.left ?? []
  }
  return []
}

function ledgerOf(name: LedgerName, target: string, decisions: readonly Decision[], runs: readonly Written[]): Ledger {
  const isIn = (ledger: LedgerName | undefined): boolean => (ledger ?? 'heal') === name
  const own = runs.filter((run) => isIn(bodyOf(run).ledger))
  const vain = new Set(
    own.map(bodyOf).flatMap(({ outcome, startedAt }) => (NO_ATTEMPT.includes(outcome) ? [startedAt] : [])),
  )
  const attempts = decisions
    .filter((each) => each.kind === 'started' && each.target === target)
    .filter(({ trigger, at }) => isIn(trigger.kind === 'returned' ? 'bringBack' : 'heal') && !vain.has(at))
    .map(({ at }) => at)
  const [last] = own
  if (attempts.length === 0 && last === undefined) return NO_ATTEMPTS
  return {
    attempts: attempts.slice(-KEPT.attempts),
    cooldownUntil: last === undefined ? null : (bodyOf(last).cooldownUntil ?? null),
  }
}
