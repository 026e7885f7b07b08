// What a run remembers: plain JSON, carried over continue-as-new. A new run walks the plan again from its first step and
// every instance that is recorded answers at once, without effect; so resuming works at any depth (decision 0201).
import type { Json } from '../../src/plan/json.ts'
import type { StepRow, StepStatus, UndoEntry } from '../../src/plan/run.ts'
import type { Flow } from './flow.ts'

export interface StepRecord {
  readonly status: StepStatus
  readonly output: Json
  readonly code: string | null
  readonly message: string | null
  readonly attempts: number
}

export interface State {
  readonly startedAt: number
  /** Finished step instances by path. Those inside a finished block are dropped. */
  readonly records: Record<string, StepRecord>
  /** What was once decided and must not be decided anew: a condition, a deadline, a count, by path and question. */
  readonly choices: Record<string, Json>
  /** Changes that are in the world, in order of completion. */
  readonly undo: UndoEntry[]
  /** For people: the last rows of the step table. */
  readonly rows: StepRow[]
  readonly notes: { readonly at: number; readonly text: string }[]
  /** How the steps ended, once they did; then only undo, `finally` and the outcome are left. */
  ending: Flow | null
}

const ROWS_KEPT = 200
const NOTES_KEPT = 50

export const newState = (startedAt: number): State => ({
  startedAt,
  records: {},
  choices: {},
  undo: [],
  rows: [],
  notes: [],
  ending: null,
})

/** Sets one row of the step table; the oldest rows make room. */
export function setRow(state: State, row: StepRow): void {
  const at = state.rows.findLastIndex(({ id }) => id === row.id)
  if (at >= 0) state.rows[at] = row
  else state.rows.push(row)
  if (state.rows.length > ROWS_KEPT) state.rows.splice(0, state.rows.length - ROWS_KEPT)
}

export function addNote(state: State, at: number, text: string): void {
  state.notes.push({ at, text })
  if (state.notes.length > NOTES_KEPT) state.notes.splice(0, state.notes.length - NOTES_KEPT)
}

/** Forgets what happened inside a finished block: nothing outside may refer to it. */
export function forgetInside(state: State, path: string): void {
  const inside = [`${path}/`, `${path}[`]
  for (const key of Object.keys(state.records))
    if (inside.some((prefix) => key.startsWith(prefix))) delete state.records[key]
  for (const key of Object.keys(state.choices))
    if (inside.some((prefix) => key.startsWith(prefix))) delete state.choices[key]
}

/** Decides once: answers what was decided before, also in an earlier run of the chain. */
export function decideOnce<T extends Json>(state: State, key: string, decide: () => T): T {
  const before = state.choices[key]
  if (before !== undefined) return before as T
  const choice = decide()
  state.choices[key] = choice
  return choice
}
