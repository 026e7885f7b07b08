// One word in the settings says where the journal is: `sqlite:<file>` or a `postgres://` URL.
import type { Journal } from './journal.ts'
import { openPostgresJournal } from './postgres.ts'
import { openSqliteJournal } from './sqlite.ts'
import { JournalError } from './store.ts'

/** Opens the journal. Fails: JournalError that says what to do. */
export function openJournal(location: string): Promise<Journal> {
  if (location.startsWith('sqlite:') && location.length > 'sqlite:'.length)
    return openSqliteJournal(location.slice('sqlite:'.length))
  if (/^postgres(ql)?:\/\//.test(location)) return openPostgresJournal(location)
  return Promise.reject(
    new JournalError("the journal's place must be `sqlite:<file>` or a `postgres://` URL; set it in the settings"),
  )
}
