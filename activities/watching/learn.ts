// The activity `learn`: reads what a detector without a memory must know. Temporal says which runs are open; the journal
// says what targets are meant to be, what was tried, and which started runs nobody has seen end.
import type { FoundRun, LearnCall, RunBooks, Trigger } from '../../src/guard/protocol.ts'
import { modesTarget } from '../../src/guard/modes.ts'
import { recall, type LearnedRun, type LearnReport, type Written } from '../../src/guard/recall.ts'
import { ledgerOf } from '../../src/guard/stages.ts'
import { KEPT } from '../../src/guard/state.ts'
import { longestHeartbeatMs } from '../../src/guard/zombie-time.ts'
import { findTarget } from '../../src/inventory/find-target.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { rosterOf } from '../../src/inventory/roster.ts'
import type { RunInput } from '../../src/plan/run.ts'
import type { WatchingDeps } from './create-watching.ts'
import { resolveLock } from './resolve-lock.ts'

/** Attempts and cooldowns are shorter than this, and so is what Temporal keeps of a closed run. */
const LOOK_BACK_MS = 24 * 60 * 60 * 1000
const RECORDS = 1_000
const UNFINISHED_RUNS = 200

/** Fails where Temporal or the journal cannot be read: Temporal tries again, and nothing starts meanwhile. */
export async function learn({ cluster }: LearnCall, deps: WatchingDeps): Promise<LearnReport> {
  const { journal, follower, now } = deps
  const inventory = deps.inventory()
  const since = now() - LOOK_BACK_MS
  const decisions = await journal.read({ kind: 'decision', cluster, since, limit: RECORDS })
  const runs = await journal.read({ kind: 'run', cluster, since, limit: RECORDS })
  const marks = await journal.read({ kind: 'mark', cluster, limit: KEPT.marks })
  const audits = await journal.read({ kind: 'audit', cluster, limit: RECORDS })
  const [lastModes = null] = await journal.read({ kind: 'audit', cluster, target: modesTarget(cluster), limit: 1 })
  const nodes = inventory.clusters.find(({ name }) => name === cluster)?.nodes ?? []
  const lastMarks: Written[] = []
  const runsSinceMark: Written[] = []
  for (const { name: target } of nodes) {
    const [last] = await journal.read({ kind: 'mark', cluster, target, limit: 1 })
    if (last === undefined) continue
    lastMarks.push(last)
    // A node may be out for longer than one looks back.
    if (last.at < since)
      runsSinceMark.push(...(await journal.read({ kind: 'run', cluster, target, since: last.at, limit: RECORDS })))
  }
  const open = await follower.openRuns(cluster)
  const unfinished = unfinishedOf(decisions, runs).filter((id) => !open.some(({ workflowId }) => workflowId === id))
  const found = await Promise.all(unfinished.slice(0, UNFINISHED_RUNS).map((id) => follower.findRun(id)))
  const all = [...open, ...found.filter((run) => run !== null)]
  return recall({
    open: all.flatMap((run) => withBooks(run, cluster, inventory)),
    lastMarks,
    marks: marks,
    decisions: decisions,
    runs: [...runs, ...runsSinceMark],
    audits,
    lastModes,
    roster: rosterOf(inventory, cluster),
  })
}

/** Runs that were started and whose end nobody wrote down: open, or closed while no detector was there to see it. */
function unfinishedOf(decisions: readonly Written[], runs: readonly Written[]): readonly string[] {
  const ended = new Set(runs.map(({ workflowId }) => workflowId))
  return decisions.flatMap(({ workflowId, body }) =>
    (body as { readonly kind?: string }).kind === 'started' && workflowId !== null && !ended.has(workflowId)
      ? [workflowId]
      : [],
  )
}

/** A run that says neither in its memo nor in its input what it is for can do nothing: it ends as rejected. */
function withBooks(
  { workflowId, runId, startedAt, books, input }: FoundRun,
  cluster: string,
  inventory: Inventory,
): readonly LearnedRun[] {
  if (books !== null) return [{ workflowId, runId, books }]
  if (input === null) return []
  return [{ workflowId, runId, books: booksFrom(input, `${workflowId}/${runId}`, startedAt, cluster, inventory) }]
}

/** As `grant` would write it down: the lock is resolved through the inventory, not believed. */
function booksFrom(
  { plan, target, startedBy }: RunInput,
  requestId: string,
  startedAt: number,
  cluster: string,
  inventory: Inventory,
): RunBooks {
  const known = findTarget(inventory, target, cluster)
  const lock =
    known === null
      ? { lock: plan.guard.lock === null ? null : target, covers: [target] }
      : resolveLock(plan.guard.lock, known)
  const by = startedBy.kind === 'person' ? startedBy.name : startedBy.kind
  const trigger: Trigger =
    startedBy.kind === 'returned'
      ? { kind: 'returned', target, at: startedAt, evidence: startedBy.why }
      : startedBy.kind === 'schedule'
        ? { kind: 'schedule', runbook: plan.name, target, at: startedAt, evidence: startedBy.why }
        : { kind: 'person', runbook: plan.name, inputs: {}, by, at: startedAt, requestId }
  return {
    ...lock,
    runbook: plan.name,
    target,
    startedAt,
    startedBy,
    automatic: startedBy.kind !== 'person',
    guard: plan.guard,
    ledger: ledgerOf(trigger),
    trigger,
    graceMs: longestHeartbeatMs(plan),
  }
}
