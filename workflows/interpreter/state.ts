// What a run remembers: plain JSON, carried over continue-as-new. A new run walks the plan again from its first step and
// everything that is recorded answers at once, without effect; so resuming works at any depth (decision 0201).
import type { Json } from '../../src/plan/json.ts'
import type { Failure } from '../../src/plan/manifest.ts'
import type { Pause, StepRow, StepStatus, UndoEntry, VerifyReport } from '../../src/plan/run.ts'
import { cutText } from '../../src/plan/size.ts'
import type { Flow } from './flow.ts'
import type { Paging } from './paging.ts'

export interface StepRecord {
  readonly status: StepStatus
  readonly output: Json
  readonly code: string | null
  readonly message: string | null
  readonly attempts: number
  /** What a failure said beside its message. */
  readonly detail?: Json
}

/**
 * What one open step remembers. It is dropped whole when the step is done and only its record stays in the frame around:
 * nothing outside may refer to what was inside, and forgetting costs the same however long the run is.
 */
export interface Frame {
  /** What was once decided and must not be decided anew: a condition, a deadline, a count, by its question. */
  readonly choices: Record<string, Json>
  /** Steps inside that are done, by id. */
  readonly records: Record<string, StepRecord>
  /** Steps, iterations and branches inside that are open, by id. */
  readonly inner: Record<string, Frame>
}

/** A change that could not be taken back. */
export interface Stuck {
  readonly stepId: string
  readonly entry: UndoEntry | null
  readonly why: string
}

export type Verified =
  | { readonly kind: 'report'; readonly report: VerifyReport }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'cancelled' }

export interface State {
  readonly startedAt: number
  readonly steps: Frame
  readonly finally: Frame
  /** Changes that are in the world, in order of completion. */
  readonly undo: UndoEntry[]
  readonly stuck: Stuck[]
  /** Places in `plan.escalate` that were told. */
  readonly told: number[]
  /** For people: the last rows of the step table, by id, in the order of their beginning. */
  rows: Record<string, StepRow>
  rowCount: number
  readonly notes: { readonly at: number; readonly text: string }[]
  /** Who cancelled the run. */
  cancel: { readonly by: string; readonly why: string | null } | null
  /** What holds the run before its next step. Absent in the state of a run that began before there were pauses. */
  pauses?: readonly Pause[]
  /** It has begun to change something. */
  changed?: boolean
  /** Who is on it: the escalation calls nobody else. */
  acked?: { readonly by: string; readonly at: number }
  /** Who was called, and how it goes on. Absent: nobody was, or nothing follows. */
  paging?: Paging
  /** How the steps ended, once they did. */
  ending: Flow | null
  /** Until when undo and `finally` may work. */
  endingDeadline: number | null
  finallyFlow: Flow | null
  verified: Verified | null
  /** Whether a person approved the run's changes: `given`, or how it ends without; absent: not decided. */
  leave?: 'given' | Flow
}

const ROWS_KEPT = 200
const NOTES_KEPT = 50
/** Of one note or row; the whole sentence of a failure is in the result. */
const TEXT_BYTES = 2_000

export const newFrame = (): Frame => ({ choices: {}, records: {}, inner: {} })

export const newState = (startedAt: number): State => ({
  startedAt,
  steps: newFrame(),
  finally: newFrame(),
  undo: [],
  stuck: [],
  told: [],
  rows: {},
  rowCount: 0,
  notes: [],
  cancel: null,
  ending: null,
  endingDeadline: null,
  finallyFlow: null,
  verified: null,
})

/** Answers the frame of what is inside, new where it was not open yet. */
export function openFrame(around: Frame, id: string): Frame {
  if (isOpen(around, id)) return around.inner[id] as Frame
  const frame = newFrame()
  around.inner[id] = frame
  return frame
}

export const isOpen = (around: Frame, id: string): boolean => Object.hasOwn(around.inner, id)

/** Records a finished step and forgets its inside. */
export function closeFrame(around: Frame, id: string, record: StepRecord): void {
  around.records[id] = record
  delete around.inner[id]
}

export const recordOf = (around: Frame, id: string): StepRecord | undefined =>
  Object.hasOwn(around.records, id) ? around.records[id] : undefined

/** Puts what takes a change back on the undo stack. What `finally` does is a tidying up and stays. */
export function pushUndo(state: State, ...entries: readonly UndoEntry[]): void {
  if (state.ending === null) state.undo.push(...entries)
}

/** Decides once: answers what was decided before, also in an earlier run of the chain. */
export function decideOnce<T extends Json>(frame: Frame, question: string, decide: () => T): T {
  if (Object.hasOwn(frame.choices, question)) return frame.choices[question] as T
  const choice = decide()
  frame.choices[question] = choice
  return choice
}

/** Sets one row of the step table; the oldest rows make room, many at a time, so that a row costs the same in any run. */
export function setRow(state: State, row: StepRow): void {
  if (!Object.hasOwn(state.rows, row.id)) state.rowCount++
  state.rows[row.id] = row.message === null ? row : { ...row, message: cutText(row.message, TEXT_BYTES) }
  if (state.rowCount <= ROWS_KEPT * 2) return
  state.rows = Object.fromEntries(Object.entries(state.rows).slice(-ROWS_KEPT))
  state.rowCount = ROWS_KEPT
}

/** The step table as people see it. */
export const rowsOf = (state: State): readonly StepRow[] => Object.values(state.rows).slice(-ROWS_KEPT)

export function addNote(state: State, at: number, text: string): void {
  // What a person or a target said may be long.
  state.notes.push({ at, text: cutText(text, TEXT_BYTES) })
  if (state.notes.length > NOTES_KEPT) state.notes.splice(0, state.notes.length - NOTES_KEPT)
}
