// The journal in PostgreSQL: what production uses, so that every process of every machine writes into one.
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import type { Journal } from './journal.ts'
import { createStore, failingClearly, type JournalDatabase } from './store.ts'

const CONNECT_MS = 5_000
const STATEMENT_MS = 10_000
/** Any number will do, as long as it is ours: two processes that create the table at once wait for each other. */
const SCHEMA_LOCK = 5_071_990

const SCHEMA = [
  sql`create table if not exists journal (
    sequence bigint generated always as identity primary key,
    id text not null,
    kind text not null,
    at bigint not null,
    cluster text not null,
    target text,
    workflow_id text,
    body text not null,
    unique (kind, id)
  )`,
  sql`create index if not exists journal_by_time on journal (cluster, at)`,
  sql`create index if not exists journal_by_run on journal (workflow_id)`,
  sql`create or replace function journal_is_append_only() returns trigger language plpgsql
    as $$ begin raise exception 'the journal is append-only'; end $$`,
  sql`create or replace trigger journal_keeps before update or delete on journal
    for each row execute function journal_is_append_only()`,
]

/** Opens the journal of a `postgres://` URL; the table is created where there is none. Fails: JournalError. */
export function openPostgresJournal(url: string): Promise<Journal> {
  const where = withoutPassword(url)
  return failingClearly(`open the journal ${where}`, async () => {
    const pool = new Pool({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
    })
    // A connection that dies while idle is replaced at the next use; without a listener it would end the process.
    pool.on('error', () => undefined)
    const database = new Kysely<JournalDatabase>({ dialect: new PostgresDialect({ pool }) })
    try {
      await database.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(transaction)
        for (const statement of SCHEMA) await statement.execute(transaction)
      })
    } catch (error) {
      await database.destroy()
      throw error
    }
    return createStore(database, where)
  })
}

function withoutPassword(url: string): string {
  const { host, pathname } = new URL(url)
  return `\`${host}${pathname}\``
}
