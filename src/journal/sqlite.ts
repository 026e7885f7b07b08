// The journal in one file: write-ahead log, every commit on the disk before it is acknowledged, several processes at once.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely'
import Database from 'libsql'
import type { Journal } from './journal.ts'
import { createStore, failingClearly, type JournalDatabase } from './store.ts'

const BUSY_MS = 10_000

const SCHEMA = `
  create table if not exists journal (
    sequence integer primary key autoincrement,
    id text not null,
    kind text not null,
    at integer not null,
    cluster text not null,
    target text,
    workflow_id text,
    body text not null,
    unique (kind, id)
  );
  create index if not exists journal_by_time on journal (cluster, at);
  create index if not exists journal_by_run on journal (workflow_id);
  create trigger if not exists journal_keeps_rows before delete on journal
    begin select raise(abort, 'the journal is append-only'); end;
  create trigger if not exists journal_keeps_words before update on journal
    begin select raise(abort, 'the journal is append-only'); end;
`

/** Opens the journal of a file, which is created where there is none. Fails: JournalError. */
export function openSqliteJournal(file: string): Promise<Journal> {
  return failingClearly(`open the journal \`${file}\``, async () => {
    mkdirSync(dirname(file), { recursive: true })
    const database = new Database(file, { timeout: BUSY_MS })
    // `busy_timeout` first: two processes that open a new file at once meet at the switch to the write-ahead log.
    for (const pragma of [`busy_timeout = ${BUSY_MS}`, 'journal_mode = wal', 'synchronous = full']) {
      database.exec(`pragma ${pragma}`)
    }
    database.exec(SCHEMA)
    const dialect = new SqliteDialect({ database: asKysely(database) })
    return createStore(new Kysely<JournalDatabase>({ dialect }), `\`${file}\``)
  })
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}

/** The driver begins transactions with plain `begin`; a writer must say so at once, or two of them can block each other. */
function asKysely(database: Database.Database): SqliteDatabase {
  return {
    close: () => void database.close(),
    prepare: (sql) => {
      // A full disk rolls the transaction back by itself; a second rollback would hide why.
      if (sql === 'rollback' && !database.inTransaction) return NOTHING
      const statement = database.prepare(sql === 'begin' ? 'begin immediate' : sql)
      return {
        reader: statement.reader,
        all: (parameters) => statement.all(...parameters),
        run: (parameters) => statement.run(...parameters),
        iterate: (parameters) => statement.iterate(...parameters) as IterableIterator<unknown>,
      }
    },
  }
}
