// Takes back what a run did, last completed first, one by one. An undo that fails does not keep the others from being
// tried: what stays is named, and a person is needed.
import type { Retry } from '../../src/plan/plan.ts'
import type { UndoEntry } from '../../src/plan/run.ts'
import type { RunContext } from './run-context.ts'
import { addNote, setRow } from './state.ts'

/** An undo is worth more patience than a step: what it leaves is left to a person. */
const UNDO_RETRY: Retry = {
  attempts: 3,
  backoffMs: 1_000,
  factor: 2,
  jitter: 0.2,
  capMs: null,
  budgetMs: null,
  on: null,
}

/** Undoes until the stack is empty. An entry leaves the stack only once it is known how it went. */
export async function undoAll(context: RunContext): Promise<void> {
  const { state, host } = context
  for (;;) {
    const entry = state.undo.at(-1)
    if (entry === undefined) return
    const why = await undoOne(context, entry)
    state.undo.pop()
    if (why !== null) {
      state.stuck.push({ stepId: entry.stepId, entry, why })
      addNote(state, host.now(), `undo of ${entry.stepId} failed: ${why}`)
    }
  }
}

/** Answers null, or why it could not be undone. */
async function undoOne(context: RunContext, entry: UndoEntry): Promise<string | null> {
  const { state, host } = context
  const path = `undo/${entry.stepId}`
  const title = `Undo: ${entry.title}`
  const startedAt = host.now()
  const row = { id: path, title, attempts: 1, startedAt, endedAt: null, code: null, message: null }
  setRow(state, { ...row, status: 'running' })
  host.changed()
  const answer = await host.act({
    // A step that a person retried can be on the stack twice; each is an action of its own.
    path: `${path}#${state.undo.length}`,
    operatorRetry: 0,
    title,
    action: entry.action,
    args: entry.args,
    retry: entry.action.idempotency === 'no' ? null : UNDO_RETRY,
    totalTimeoutMs: null,
    poll: null,
  })
  const why =
    answer.kind === 'ok' ? null : answer.kind === 'failed' ? answer.failure.message : 'there was no time left for it'
  const endedAt = host.now()
  if (why === null) setRow(state, { ...row, status: 'completed', endedAt })
  else setRow(state, { ...row, status: 'failed', endedAt, code: 'undo-failed', message: why })
  const undone = why === null ? state.rows[entry.stepId] : undefined
  if (undone !== undefined) setRow(state, { ...undone, status: 'undone' })
  host.changed()
  return why
}
