// What both stores have in common: one table, one way to write into it, one way to read. Only the dialect differs.
// Invariant: rows are inserted and never changed; (kind, id) is unique, and the first of two wins.
import type { Kysely, Selectable } from 'kysely'
import type { Json } from '../plan/json.ts'
import type { Journal, JournalQuery, JournalRecord, RecordKind } from './journal.ts'

export interface JournalTable {
  /** In the order of appending. */
  readonly sequence: number
  readonly id: string
  readonly kind: RecordKind
  readonly at: number
  readonly cluster: string
  readonly target: string | null
  readonly workflow_id: string | null
  readonly body: string
}
export interface JournalDatabase {
  readonly journal: JournalTable
}

/** Why the journal could not do it: for the person who must make room, or start the database. */
export class JournalError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'JournalError'
  }
}

const READ_LIMIT = 1_000
/** Both dialects bound the parameters of one statement; this many rows stay far below. */
const ROWS_PER_INSERT = 100

export function createStore(database: Kysely<JournalDatabase>, where: string): Journal {
  return {
    append: (records) =>
      failingClearly(`append to the journal ${where}`, async () => {
        if (records.length === 0) return 0
        return database.transaction().execute(async (transaction) => {
          let added = 0
          for (let from = 0; from < records.length; from += ROWS_PER_INSERT) {
            const rows = records.slice(from, from + ROWS_PER_INSERT).map(toRow)
            const result = await transaction
              .insertInto('journal')
              .values(rows as never)
              .onConflict((conflict) => conflict.columns(['kind', 'id']).doNothing())
              .executeTakeFirst()
            added += Number(result.numInsertedOrUpdatedRows ?? 0)
          }
          return added
        })
      }),
    read: (query) =>
      failingClearly(`read the journal ${where}`, async () => (await select(database, query).execute()).map(fromRow)),
    close: () => database.destroy(),
  }
}

function select(database: Kysely<JournalDatabase>, query: JournalQuery) {
  const { kind, id, cluster, target, workflowId, since, limit = READ_LIMIT } = query
  let rows = database.selectFrom('journal').selectAll()
  if (kind !== undefined) rows = rows.where('kind', '=', kind)
  if (id !== undefined) rows = rows.where('id', '=', id)
  if (cluster !== undefined) rows = rows.where('cluster', '=', cluster)
  if (target !== undefined) rows = rows.where('target', '=', target)
  if (workflowId !== undefined) rows = rows.where('workflow_id', '=', workflowId)
  if (since !== undefined) rows = rows.where('at', '>=', since)
  return rows.orderBy('at', 'desc').orderBy('sequence', 'desc').limit(limit)
}

function toRow(record: JournalRecord): Omit<JournalTable, 'sequence'> {
  const { id, kind, at, cluster, target, workflowId, body } = record
  // PostgreSQL knows no NUL in a text; JSON writes it as an escape, names have none.
  return { id, kind, at: Math.round(at), cluster, target, workflow_id: workflowId, body: JSON.stringify(body) }
}

const fromRow = (row: Selectable<JournalTable>): JournalRecord & { readonly sequence: number } => ({
  id: row.id,
  kind: row.kind,
  at: Number(row.at),
  cluster: row.cluster,
  target: row.target,
  workflowId: row.workflow_id,
  body: JSON.parse(row.body) as Json,
  sequence: Number(row.sequence),
})

/** Fails: JournalError that says what could not be done, where, and what to do. */
export async function failingClearly<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof JournalError) throw error
    throw new JournalError(`could not ${doing}: ${reasonOf(error)}`, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  const said = String(message ?? error).split('\n')[0]
  if (code === 'SQLITE_FULL' || code === '53100' || /disk is full|No space left/i.test(said ?? ''))
    return 'the disk is full; make room and it goes on by itself'
  if (code?.startsWith('SQLITE_READONLY') === true || code?.startsWith('SQLITE_CANTOPEN') === true)
    return `${said}; the folder must exist and be writable for this user`
  if (code === 'ECONNREFUSED' || code === '57P01') return `${said}; is the database running?`
  return said ?? 'unknown'
}
