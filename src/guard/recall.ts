// What the journal and Temporal still know becomes the memory of a detector that has none: after its first start, and after
// it was terminated. Pure; the activity `learn` reads, the detector adopts. Read next: adopt.ts.
import type { Outcome, RunResult, UndoEntry } from '../plan/run.ts'
import { NO_ATTEMPT } from './close.ts'
import { climb } from './ladder.ts'
import type {
  AdaptedSetting,
  Decision,
  DesiredState,
  Freeze,
  LedgerName,
  RecordEntry,
  Roster,
  RunBooks,
  StandingMode,
} from './protocol.ts'
import { KEPT, NO_ATTEMPTS, type Ledger, type TargetRecord } from './state.ts'

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
  /** What persons did to the guard. */
  readonly audits: readonly Written[]
  /** The newest record about modes and settings, which tells all that holds. */
  readonly lastModes?: Written | null
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
    readonly rungs: TargetRecord['rungs']
    readonly helpedAt: number | null
  }[]
  /** Oldest first. */
  readonly marks: readonly { readonly key: string; readonly before: DesiredState }[]
  readonly decisions: readonly Decision[]
  /** The last freeze that nobody has thawed; its time may be over. */
  readonly freeze: Freeze | null
  readonly standing?: readonly StandingMode[]
  readonly adapted?: readonly AdaptedSetting[]
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
export function recall({
  open,
  lastMarks,
  marks,
  decisions,
  runs: ended,
  audits,
  roster,
  ...more
}: Remains): LearnReport {
  // What a person has reset is not counted any more.
  const resetAt = (name: string | null): number =>
    audits.find(({ target, body }) => target === name && whatOf(body) === 'reset')?.at ?? 0
  const all = decisions.map(({ body }) => body as unknown as Decision).toReversed()
  const counted = all.filter(({ target, at }) => at > resetAt(target))
  const names = new Set([
    ...lastMarks.flatMap(({ target }) => (target === null ? [] : [target])),
    ...all.filter(({ kind }) => kind === 'started').map(({ target }) => target),
  ])
  return {
    open,
    targets: [...names].map((name) => {
      const mark = lastMarks.find(({ target }) => target === name) ?? null
      const every = ended.filter(({ target }) => target === name)
      const own = every.filter(({ at }) => at > resetAt(name))
      return {
        name,
        desired: mark === null ? null : (mark.body as unknown as MarkBody).desired,
        undoLater: mark === null ? [] : leftSince(mark, every),
        ledgers: { heal: ledgerOf('heal', name, counted, own), bringBack: ledgerOf('bringBack', name, counted, own) },
        ...ladderOf(own),
      }
    }),
    marks: marks
      .slice(0, KEPT.marks)
      .map(({ id, body }) => ({ key: id, before: (body as unknown as MarkBody).before }))
      .toReversed(),
    decisions: all.slice(-DECISIONS_TAKEN_OVER),
    freeze: freezeIn(audits),
    ...heldIn(more.lastModes ?? null),
    roster,
  }
}

const whatOf = (body: Written['body']): unknown => (body as { readonly what?: unknown } | null)?.what

/** Reads all that holds of modes and settings out of the newest record about them. */
export function heldIn(record: Pick<Written, 'body'> | null): {
  readonly standing: readonly StandingMode[]
  readonly adapted: readonly AdaptedSetting[]
} {
  const { standing, adapted } = (record?.body ?? {}) as {
    readonly standing?: readonly StandingMode[]
    readonly adapted?: readonly AdaptedSetting[]
  }
  return { standing: standing ?? [], adapted: adapted ?? [] }
}

/** Newest first: a thaw before any freeze means that none holds. */
function freezeIn(audits: readonly Written[]): Freeze | null {
  const last = audits.find(({ body }) => whatOf(body) === 'freeze' || whatOf(body) === 'thaw')
  if (last === undefined || whatOf(last.body) !== 'freeze') return null
  const { id, by, why, until, inFlight } = last.body as unknown as Freeze
  return { id, by, why, at: last.at, until, inFlight }
}

/** Climbs the ladder again, from the oldest run that is known. */
function ladderOf(runs: readonly Written[]): { rungs: TargetRecord['rungs']; helpedAt: number | null } {
  const rungs = runs.toReversed().reduce<TargetRecord['rungs']>((each, { body }) => {
    const { runbook, outcome } = body as unknown as { readonly runbook: string; readonly outcome: Outcome }
    return climb(each, runbook, outcome)
  }, {})
  return { rungs, helpedAt: runs.find((run) => bodyOf(run).outcome === 'effective')?.at ?? null }
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
