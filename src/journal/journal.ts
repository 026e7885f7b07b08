// The durable record of decisions, runs, deliveries, audit and incidents, outside Temporal's retention. One port, two
// stores (sqlite.ts, postgres.ts), one contract suite. Append-only, idempotent by id: writing twice is writing once.
import type { Json } from '../plan/json.ts'

export const RECORD_KINDS = [
  'decision',
  'run',
  'step',
  'vote',
  'notification',
  'mark',
  'audit',
  'delivery',
  'spool',
  'drained',
] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

export interface JournalRecord {
  /** Unique in its kind; the same id twice is one record, the first wins. */
  readonly id: string
  readonly kind: RecordKind
  /** Epoch ms. */
  readonly at: number
  readonly cluster: string
  readonly target: string | null
  readonly workflowId: string | null
  readonly body: Json
}

export interface JournalQuery {
  readonly kind?: RecordKind
  readonly id?: string
  readonly cluster?: string
  readonly target?: string
  readonly workflowId?: string
  /** Epoch ms, inclusive. */
  readonly since?: number
  readonly limit?: number
}

export interface Journal {
  /** Appends; durable when it resolves. Answers how many were new. Fails when the store cannot be written. */
  append(records: readonly JournalRecord[]): Promise<number>
  /** Newest first by `at`, then by sequence. */
  read(query: JournalQuery): Promise<readonly (JournalRecord & { readonly sequence: number })[]>
  close(): Promise<void>
}
